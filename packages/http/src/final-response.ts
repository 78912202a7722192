import { isHeadgateError } from '@headgate/errors'
import { AttemptTimeoutError } from './attempt-limit.ts'
import type { BufferedResponse } from './buffered-response.ts'
import { failureCode } from './connection-failure.ts'
import { BodyTooLongError } from './read-body.ts'
import { mayHaveHappened } from './retry-policy.ts'
import { send, type Attempt, type OutgoingRequest, type SendOptions } from './send.ts'

/** Options of {@link finalResponse}. */
export interface FinalResponseOptions<R extends BufferedResponse> extends Omit<SendOptions<R>, 'signal'> {
  readonly retry: (attempt: Attempt<R>, tries: number) => number | undefined
  readonly signal: AbortSignal | undefined
  /** Whether the execution of the request changes something on the server. */
  readonly changes: boolean
  /** Whether the status 304 is a success. Default: false. */
  readonly conditional?: boolean | undefined
  /**
   * Creates the error for a request without a response. `outcomeUnknown` is true if the server may have executed the
   * request in any attempt.
   */
  readonly connectionError: (why: string, outcomeUnknown: boolean, options: ErrorOptions) => unknown
  /** Creates the error for a response that is not a success. */
  readonly responseError: (response: R, outcomeUnknown: boolean) => Error
}

/**
 * Sends a request, repeats it while `retry` permits another attempt, and returns the last response if it is a success.
 * A response that is longer than the limit is not requested again.
 *
 * @throws the errors that `responseError` and `connectionError` create
 * @throws {HeadgateError} when the request cannot be authenticated or sent
 * @throws the reason of the signal
 *
 * @example
 * ```ts
 * const response = await finalResponse({ method: 'GET', url }, {
 *   transport: bufferedTransport({ fetch, timeoutMs: 5_000, limit: 'attempt', maxResponseBytes: 1_000_000 }),
 *   retry: retryPolicy({ repeatable: () => true }),
 *   changes: false,
 *   signal: undefined,
 *   connectionError: (why) => new Error(why),
 *   responseError: ({ status }) => new Error(`status ${status}`),
 * })
 * ```
 */
export async function finalResponse<R extends BufferedResponse>(
  request: OutgoingRequest,
  options: FinalResponseOptions<R>,
): Promise<R> {
  const { signal, changes, conditional = false, connectionError, responseError, retry, ...how } = options
  let outcomeUnknown = false
  const note = (attempt: Attempt<R>): void => {
    outcomeUnknown ||= changes && mayHaveHappened(attempt)
  }
  let response: R
  try {
    response = await send<R>(request, {
      ...how,
      ...(signal && { signal }),
      retry: (attempt, tries) => {
        note(attempt)
        return attempt.error instanceof BodyTooLongError ? undefined : retry(attempt, tries)
      },
    })
  } catch (error) {
    signal?.throwIfAborted()
    // Errors of Headgate packages, for example of authentication, already have a code and a message for the caller.
    if (isHeadgateError(error)) throw error
    note({ error })
    throw connectionError(describeFailure(error, request.url), outcomeUnknown, { cause: error })
  }
  const { status } = response
  if ((status >= 200 && status < 300) || (status === 304 && conditional)) return response
  note({ response })
  throw responseError(response, outcomeUnknown)
}

function describeFailure(error: unknown, url: string): string {
  if (error instanceof AttemptTimeoutError || error instanceof BodyTooLongError) return error.message
  // The message does not contain the path and query of the URL, because they name tables and may contain secrets.
  return `no answer from ${new URL(url).origin}: ${failureCode(error) ?? 'the connection failed'}`
}
