import { mayHaveHappened, retryPolicy, type HeaderList } from '@headgate/auth'
import { finalAnswer, type HttpSettings, type RawAnswer } from '@headgate/auth/calls'
import { parseBytes, stringify, type Json, type JsonObject } from '@headgate/json'
import type { Clock } from '../clock.ts'
import { IcebergConnectionError } from '../errors/connection-error.ts'
import { errorOfAnswer } from '../errors/error-answer.ts'
import { InvalidAnswerError } from '../errors/rest-error.ts'
import { attemptTransport } from './attempt-transport.ts'

export interface IcebergHttp extends HttpSettings {
  readonly clock: Clock
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
export async function sendCall(http: IcebergHttp, call: HttpCall): Promise<HttpAnswer> {
  const { clock, auth, headers: base } = http
  const { operation, method, url, headers = [], body, changes, repeatableUntil, signal } = call
  const policy = retryPolicy({
    repeatable: () => clock.now() < repeatableUntil,
    maxRetries: call.maxRetries ?? http.maxRetries,
    now: () => clock.now(),
    random: () => clock.random(),
  })
  const json = [['content-type', 'application/json']] as const
  const answer = await finalAnswer<RawAnswer>(
    {
      method,
      url,
      headers: [['accept', 'application/json'], ...headers, ...(body === undefined ? [] : json)],
      body: body === undefined ? null : new TextEncoder().encode(stringify(body)),
    },
    {
      base,
      auth,
      signal,
      changes,
      transport: attemptTransport({ ...http, timeoutMs: call.timeoutMs ?? http.timeoutMs }),
      sleep: (ms, wait) => clock.sleep(ms, wait),
      retry: (attempt, tries) => {
        const wait = policy(attempt, tries)
        const tooLate = wait !== undefined && clock.now() + wait >= repeatableUntil
        return tooLate && mayHaveHappened(attempt) ? undefined : wait
      },
      conditional: call.conditional,
      noAnswer: (why, outcomeUnknown, options) =>
        new IcebergConnectionError(operation, why, outcomeUnknown, options),
      refusal: (answer, outcomeUnknown) =>
        errorOfAnswer({ operation, ...answer, now: clock.now(), outcomeUnknown }),
    },
  )
  return readAnswer(call, answer)
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
