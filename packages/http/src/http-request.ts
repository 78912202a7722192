import type { HeaderList } from './header-list.ts'

/** Options of every function that waits. */
export interface WaitOptions {
  /** Ends the wait. The function then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** A function with the shape of `fetch`. Tests and programs behind a proxy pass their own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** The complete request as it is sent. Nothing changes between authentication and sending. */
export interface HttpRequest {
  /** HTTP method in upper case, for example `GET`. */
  readonly method: string
  /** Absolute URL without a fragment, exactly as it is sent: path and query are encoded. */
  readonly url: string
  /** Headers in the order in which they are sent. If `host` is missing, the host of the URL is sent. */
  readonly headers: HeaderList
  readonly body: HttpBody
}

/** Bytes, no body, or a description of a body that is sent while it is read. */
export type HttpBody = Uint8Array | StreamedBody | null

/** A body that is not in memory. A provider that signs bodies needs its hash. */
export interface StreamedBody {
  /** SHA-256 of the bytes: 64 lower-case hexadecimal digits. */
  readonly sha256?: string
  /** Length in bytes. */
  readonly length?: number
}

/** A body that is opened again for each attempt, because a stream can be read only once. */
export interface BodySource extends StreamedBody {
  readonly open: () => ReadableStream<Uint8Array>
}

/** The body of a request that a client sends. */
export type OutgoingBody = Uint8Array | BodySource | null

/** Status and headers of a response. A `Response` of `fetch` has this type. */
export interface ResponseHead {
  readonly status: number
  readonly headers: { get(name: string): string | null }
}
