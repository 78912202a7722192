import type { HeaderList } from './header-list.ts'

/**
 * The request as it will go over the wire, all of it: nothing may change between `authenticate` and sending.
 */
export interface AuthRequest {
  /** Case matters: `GET`. */
  readonly method: string
  /** Absolute, exactly as it is sent: path and query encoded, without fragment. */
  readonly url: string
  /** In order, repeated ones repeated. `host` may be missing: it is that of the URL then. */
  readonly headers: HeaderList
  readonly body: AuthBody
}

/** Bytes, no body at all, or a body that is sent as it comes in. */
export type AuthBody = Uint8Array | StreamedBody | null

/** A body that is not in memory. A provider that signs bodies needs its hash, or must be allowed to leave it unsigned. */
export interface StreamedBody {
  /** SHA-256 of the bytes, 64 lower-case hexadecimal digits. */
  readonly sha256?: string
  /** Bytes. */
  readonly length?: number
}

/** What a provider sees of a response: its body is for the caller. A `Response` fits. */
export interface AuthResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
}
