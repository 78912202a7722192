import type { HttpRequest, ResponseHead } from './http-request.ts'

/**
 * Functions that observe the attempts of a request, for logs and metrics. If one of them throws an error, the request
 * fails with this error.
 */
export interface HttpHooks {
  /** Called before each attempt, with the request that is sent. The headers of the request contain credentials. */
  readonly onRequest?: (request: HttpRequest, attempt: number) => void
  /** Called with the response that an attempt received. */
  readonly onResponse?: (response: ResponseHead, request: HttpRequest, attempt: number) => void
  /**
   * Called before the client waits for another attempt. `error` is set if the previous attempt received no response.
   */
  readonly onRetry?: (retry: {
    readonly attempt: number
    /** Time until the next attempt, in ms. */
    readonly delayMs: number
    readonly status?: number
    readonly error?: unknown
  }) => void
}
