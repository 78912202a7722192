import type { HttpRequest, ResponseHead, WaitOptions } from './http-request.ts'

/** Authenticates requests. The providers of `@headgate/auth` implement this interface. */
export interface Authenticator {
  /**
   * Returns the request to send in place of this one. The client calls it for each attempt, after all other headers
   * are set.
   *
   * @throws when there are no valid credentials; the request is then not sent
   */
  authenticate(request: HttpRequest, options?: WaitOptions): Promise<HttpRequest>

  /**
   * Inspects a response and returns `retry` to send the request again, for example with another token. `request` is
   * the request that {@link authenticate} returned. The client calls this function until it has requested one more
   * attempt.
   */
  onResponse?(
    response: ResponseHead,
    request: HttpRequest,
    options?: WaitOptions,
  ): Promise<'retry' | undefined> | 'retry' | undefined
}
