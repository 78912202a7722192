import {
  bufferedTransport,
  finalResponse,
  mayHaveHappened,
  retryPolicy,
  type BufferedResponse,
  type HeaderList,
  type HttpSettings,
} from '@headgate/http'
import { parseBytes, stringify, type Json, type JsonObject } from '@headgate/json'
import type { Clock } from '../clock.ts'
import { IcebergConnectionError } from '../errors/connection-error.ts'
import { responseError } from '../errors/response-error.ts'
import { InvalidAnswerError } from '../errors/rest-error.ts'

export interface IcebergHttp extends HttpSettings {
  readonly clock: Clock
}

export interface HttpCall {
  /** The `operationId` of the specification, for error messages. */
  readonly operation: string
  readonly method: 'GET' | 'HEAD' | 'POST' | 'DELETE'
  readonly url: string
  readonly headers?: HeaderList
  readonly body?: JsonObject | undefined
  /** Whether the request changes the catalog. */
  readonly changes: boolean
  /**
   * Time until which the request may be sent again after an unknown outcome, in epoch ms. Infinity: at any time;
   * -Infinity: the request is never sent again.
   */
  readonly repeatableUntil: number
  /** Whether the status 304 is a success. */
  readonly conditional?: boolean
  readonly timeoutMs?: number | undefined
  readonly maxRetries?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Successful response of the catalog, after its body was parsed. */
export interface CallResponse {
  readonly status: number
  readonly headers: Headers
  /** Parsed body. Null for a response without a body. */
  readonly json: Json
  /** Length of the body, in bytes. */
  readonly bytes: number
}

/**
 * Sends a request, and repeats it after temporary failures until the response is final.
 *
 * @throws {IcebergRestError} for a response that is not 2xx, or not JSON
 * @throws {IcebergConnectionError} when there is no response
 * @throws {AuthError} when the request cannot be authenticated
 * @throws the reason of the signal
 */
export async function sendCall(http: IcebergHttp, call: HttpCall): Promise<CallResponse> {
  const { clock, auth, headers: base, hooks } = http
  const { operation, method, url, headers = [], body, changes, repeatableUntil, signal } = call
  const timeoutMs = call.timeoutMs ?? http.timeoutMs
  const policy = retryPolicy({
    repeatable: () => clock.now() < repeatableUntil,
    maxRetries: call.maxRetries ?? http.maxRetries,
    now: () => clock.now(),
    random: () => clock.random(),
  })
  const json = [['content-type', 'application/json']] as const
  const response = await finalResponse<BufferedResponse>(
    {
      method,
      url,
      headers: [['accept', 'application/json'], ...headers, ...(body === undefined ? [] : json)],
      body: body === undefined ? null : new TextEncoder().encode(stringify(body)),
    },
    {
      base,
      auth,
      ...(hooks && { hooks }),
      signal,
      changes,
      transport: bufferedTransport({ ...http, timeoutMs, limit: 'attempt' }),
      sleep: (ms, wait) => clock.sleep(ms, wait),
      retry: (attempt, tries) => {
        const wait = policy(attempt, tries)
        const tooLate = wait !== undefined && clock.now() + wait >= repeatableUntil
        return tooLate && mayHaveHappened(attempt) ? undefined : wait
      },
      conditional: call.conditional,
      connectionError: (why, outcomeUnknown, options) =>
        new IcebergConnectionError(operation, why, outcomeUnknown, options),
      responseError: (response, outcomeUnknown) =>
        responseError({ operation, response, now: clock.now(), outcomeUnknown }),
    },
  )
  return parseResponse(call, response)
}

function parseResponse(
  { operation, changes }: HttpCall,
  { status, headers, body }: BufferedResponse,
): CallResponse {
  try {
    return { status, headers, json: body.length === 0 ? null : parseBytes(body), bytes: body.length }
  } catch (cause) {
    throw new InvalidAnswerError(
      `${operation}: the response is not JSON. Check that the uri is the address of an Iceberg REST catalog.`,
      // The server executed the request, although the client cannot parse the response.
      { operation, status, type: 'InvalidAnswer', outcomeUnknown: changes },
      { cause },
    )
  }
}
