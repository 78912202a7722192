import {
  failureCode,
  isAuthError,
  mayHaveHappened,
  retryPolicy,
  send,
  type Attempt,
  type AuthProvider,
  type Fetch,
  type HeaderList,
} from '@headgate/auth'
import { isHeadgateError } from '@headgate/errors'
import { parseBytes, stringify, type Json, type JsonObject } from '@headgate/json'
import type { Clock } from '../clock.ts'
import { IcebergConnectionError } from '../errors/connection-error.ts'
import { errorOfAnswer } from '../errors/error-answer.ts'
import { InvalidAnswerError } from '../errors/rest-error.ts'
import { AnswerTooLong, attemptTransport, AttemptTimeout, type RawAnswer } from './transport.ts'

export interface HttpSettings {
  readonly fetch: Fetch
  readonly auth: AuthProvider
  /** Sent with every request. */
  readonly headers: HeaderList
  readonly clock: Clock
  readonly timeoutMs: number
  /** Attempts after the first one. */
  readonly maxRetries: number
  readonly maxResponseBytes: number
}

export interface HttpCall {
  /** `operationId`, for errors. */
  readonly operation: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers?: HeaderList
  readonly body?: JsonObject | undefined
  /** Whether something is different when it has been carried out. */
  readonly changes: boolean
  /** Until when it may be sent again although it may have been carried out, in epoch ms: Infinity, or -Infinity for never. */
  readonly repeatableUntil: number
  /** 304 is an answer, not an error. */
  readonly conditional?: boolean
  readonly timeoutMs?: number | undefined
  readonly maxRetries?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /** null when the answer has no body. */
  readonly json: Json
  /** Length of the body. */
  readonly bytes: number
}

/**
 * Sends a request until it has an answer that is final.
 *
 * @throws {IcebergRestError} for every answer that is not 2xx, or no JSON
 * @throws {IcebergConnectionError} when there is none
 * @throws {AuthError} when it cannot be authenticated
 * @throws the signal's reason
 */
export async function sendCall(settings: HttpSettings, call: HttpCall): Promise<HttpAnswer> {
  const { clock, auth, headers: base, fetch, maxResponseBytes } = settings
  const { operation, method, url, body, changes, repeatableUntil, signal } = call
  const policy = retryPolicy({
    repeatable: () => clock.now() < repeatableUntil,
    maxRetries: call.maxRetries ?? settings.maxRetries,
    now: () => clock.now(),
    random: () => clock.random(),
  })
  let outcomeUnknown = false
  const note = (attempt: Attempt<RawAnswer>): void => {
    outcomeUnknown ||= changes && mayHaveHappened(attempt)
  }
  let answer: RawAnswer
  try {
    answer = await send<RawAnswer>(
      {
        method,
        url,
        headers: [
          ['accept', 'application/json'],
          ...(call.headers ?? []),
          ...(body === undefined ? [] : ([['content-type', 'application/json']] as const)),
        ],
        body: body === undefined ? null : new TextEncoder().encode(stringify(body)),
      },
      {
        base,
        auth,
        ...(signal && { signal }),
        transport: attemptTransport({
          fetch,
          maxResponseBytes,
          timeoutMs: call.timeoutMs ?? settings.timeoutMs,
        }),
        sleep: (ms, wait) => clock.sleep(ms, wait),
        retry: (attempt, tries) => {
          note(attempt)
          const wait = attempt.error instanceof AnswerTooLong ? undefined : policy(attempt, tries)
          const tooLate = wait !== undefined && clock.now() + wait >= repeatableUntil
          return tooLate && mayHaveHappened(attempt) ? undefined : wait
        },
      },
    )
  } catch (error) {
    signal?.throwIfAborted()
    if (isAuthError(error) || isHeadgateError(error)) throw error
    note({ error })
    throw new IcebergConnectionError(operation, reasonOf(error, url), outcomeUnknown, { cause: error })
  }
  const success = answer.status >= 200 && answer.status < 300
  if (success || (answer.status === 304 && call.conditional === true)) return readAnswer(call, answer)
  note({ response: answer })
  throw errorOfAnswer({ operation, ...answer, now: clock.now(), outcomeUnknown })
}

function reasonOf(error: unknown, url: string): string {
  if (error instanceof AttemptTimeout || error instanceof AnswerTooLong) return error.message
  // Without the path and query, which name tables and may hold tokens.
  return `no answer from ${new URL(url).origin}: ${failureCode(error) ?? 'the connection failed'}`
}

function readAnswer({ operation, changes }: HttpCall, { status, headers, body }: RawAnswer): HttpAnswer {
  try {
    return { status, headers, json: body.length === 0 ? null : parseBytes(body), bytes: body.length }
  } catch (cause) {
    throw new InvalidAnswerError(
      `${operation}: the answer is not JSON`,
      // A success that cannot be read is still a success.
      { operation, status, type: 'InvalidAnswer', outcomeUnknown: changes },
      { cause },
    )
  }
}
