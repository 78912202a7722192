import { isHeadgateError } from '@headgate/errors'
import { isAuthError } from '../auth-error.ts'
import { failureCode } from '../connection-failure.ts'
import { mayHaveHappened } from '../retry-policy.ts'
import { send, type Attempt, type OutgoingRequest, type SendOptions } from '../send.ts'
import { AttemptTimeout } from './attempt-limit.ts'
import type { RawAnswer } from './raw-answer.ts'
import { AnswerTooLong } from './read-whole.ts'

export interface FinalAnswerOptions<R extends RawAnswer> extends Omit<SendOptions<R>, 'signal'> {
  readonly retry: (attempt: Attempt<R>, tries: number) => number | undefined
  readonly signal: AbortSignal | undefined
  /** Whether something is different when the request has been carried out. */
  readonly changes: boolean
  /** 304 is an answer, not an error. */
  readonly conditional?: boolean | undefined
  /**
   * The error for no answer. `outcomeUnknown`: the request may have been carried out all the same, by this attempt or
   * one before it.
   */
  readonly noAnswer: (why: string, outcomeUnknown: boolean, options: ErrorOptions) => unknown
  /** The error that any other answer stands for. */
  readonly refusal: (answer: R, outcomeUnknown: boolean) => Error
}

/**
 * Sends a request until it has an answer that is final. An answer that is too long is not asked for again.
 *
 * @throws what `refusal` makes of an answer, and `noAnswer` of none
 * @throws {AuthError} when it cannot be authenticated
 * @throws the signal's reason
 */
export async function finalAnswer<R extends RawAnswer>(
  request: OutgoingRequest,
  options: FinalAnswerOptions<R>,
): Promise<R> {
  const { signal, changes, conditional = false, noAnswer, refusal, retry, ...how } = options
  let outcomeUnknown = false
  const note = (attempt: Attempt<R>): void => {
    outcomeUnknown ||= changes && mayHaveHappened(attempt)
  }
  let answer: R
  try {
    answer = await send<R>(request, {
      ...how,
      ...(signal && { signal }),
      retry: (attempt, tries) => {
        note(attempt)
        return attempt.error instanceof AnswerTooLong ? undefined : retry(attempt, tries)
      },
    })
  } catch (error) {
    signal?.throwIfAborted()
    // What somebody else of ours threw is passed on as it is.
    if (isAuthError(error) || isHeadgateError(error)) throw error
    note({ error })
    throw noAnswer(whyNone(error, request.url), outcomeUnknown, { cause: error })
  }
  const { status } = answer
  if ((status >= 200 && status < 300) || (status === 304 && conditional)) return answer
  note({ response: answer })
  throw refusal(answer, outcomeUnknown)
}

function whyNone(error: unknown, url: string): string {
  if (error instanceof AttemptTimeout || error instanceof AnswerTooLong) return error.message
  // Without the path and query, which name tables and may hold secrets.
  return `no answer from ${new URL(url).origin}: ${failureCode(error) ?? 'the connection failed'}`
}
