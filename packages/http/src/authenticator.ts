import type { HttpRequest, ResponseHead, WaitOptions } from './http-request.ts'

/** Authenticates requests. The providers of `@headgate/auth` implement this interface. */
export interface Authenticator {
  /**
   * Returns the authenticated request, which the client sends in place of `request`. The client calls this function
   * for each attempt, after all other headers are set.
   *
   * @throws when there are no valid credentials; the request is then not sent
   */
  authenticate(request: HttpRequest, options?: WaitOptions): Promise<HttpRequest>

  /**
   * Inspects a response and returns `retry` to send the request again, for example with another token. `request` is
   * the request that {@link authenticate} returned. For one request, the client follows `retry` only once.
   */
  onResponse?(
    response: ResponseHead,
    request: HttpRequest,
    options?: WaitOptions,
  ): Promise<'retry' | undefined> | 'retry' | undefined
}
