import type { HttpRequest, OutgoingBody, ResponseHead, WaitOptions } from './http-request.ts'

/**
 * Sends requests. The function `prepare` converts a request to the exact form in which `send` sends it, so that an
 * authenticator can sign it.
 */
export interface Transport<R extends ResponseHead = Response> {
  prepare(request: HttpRequest): HttpRequest
  /**
   * Sends exactly this request and follows no redirect. `body` contains the bytes of the request body, or opens a
   * stream of these bytes.
   */
  send(request: HttpRequest, body: OutgoingBody, options?: WaitOptions): Promise<R>
  /** Releases the connection of a response whose body the caller does not read. */
  discard?(response: R): Promise<void>
}
