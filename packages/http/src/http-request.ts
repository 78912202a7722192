import type { HeaderList } from './header-list.ts'

/** Options of each function that waits for a result. */
export interface WaitOptions {
  /** Signal that ends the wait. The function then rejects with the reason of the signal. */
  readonly signal?: AbortSignal
}

/** Function with the parameters of `fetch`. Tests and programs behind a proxy pass their own function. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** Complete request in the form in which it is sent. It does not change between authentication and sending. */
export interface HttpRequest {
  /** HTTP method in upper case, for example `GET`. */
  readonly method: string
  /** Absolute URL without a fragment, exactly as it is sent. Its path and query are percent-encoded. */
  readonly url: string
  /** Headers in the order in which they are sent. If `host` is missing, the host of the URL is sent. */
  readonly headers: HeaderList
  readonly body: HttpBody
}

/** Body of a request: bytes, null for no body, or a description of a body that is sent while it is read. */
export type HttpBody = Uint8Array | StreamedBody | null

/** Body that is not in memory. An auth provider that signs bodies needs the hash of the body. */
export interface StreamedBody {
  /** SHA-256 hash of the bytes of the body, as 64 lower-case hexadecimal digits. */
  readonly sha256?: string
  /** Length of the body in bytes. */
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
