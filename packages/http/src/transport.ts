import type { HttpRequest, OutgoingBody, ResponseHead, WaitOptions } from './http-request.ts'

/** Sends requests. `prepare` converts a request to the form in which `send` sends it, so that it can be signed. */
export interface Transport<R extends ResponseHead = Response> {
  prepare(request: HttpRequest): HttpRequest
  /**
   * Sends exactly this request and follows no redirect. `body` contains the bytes of the request body, or opens a
   * stream of them.
   */
  send(request: HttpRequest, body: OutgoingBody, options?: WaitOptions): Promise<R>
  /** Releases the connection of a response whose body is not read. */
  discard?(response: R): Promise<void>
}
