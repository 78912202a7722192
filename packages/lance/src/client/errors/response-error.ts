import {
  describeErrorResponse,
  errorBody,
  errorObject,
  errorText,
  retryAfterSeconds,
  type BufferedResponse,
} from '@headgate/http'
import { lanceError } from './error-classes.ts'
import type { LanceNamespaceError } from './lance-namespace-error.ts'

/**
 * Error codes by HTTP status, for responses without a code in the body. The table contains no 404, because it may
 * also mean an unknown route.
 */
const CODES: Readonly<Record<number, number>> = { 401: 16, 403: 15, 406: 0, 429: 21, 501: 0, 503: 17 }

/** Creates the error for a response (Lance Namespace specification, `ErrorResponse`). */
export function responseError(
  operation: string,
  response: BufferedResponse,
  outcomeUnknown: boolean,
): LanceNamespaceError {
  const { status } = response
  const body = errorBody(response.body)
  const message = findMessage(body)
  return lanceError(
    message ?? describeErrorResponse(operation, response, 'an error message of the Lance protocol'),
    {
      operation,
      status,
      code: parseCode(body['code']) ?? CODES[status] ?? null,
      detail: errorText(body['detail']),
      instance: errorText(body['instance']),
      retryAfterSeconds: retryAfterSeconds(response.headers, Date.now()),
      outcomeUnknown,
    },
  )
}

/**
 * Returns the error message in a response body, or undefined. In the Lance protocol, the message is the text `error`.
 * Servers of other protocols send it in `error.message`, `detail` or `message`.
 */
function findMessage(body: ReturnType<typeof errorBody>): string | undefined {
  return (
    errorText(body['error']) ??
    errorText(errorObject(body['error'])['message']) ??
    errorText(body['detail']) ??
    errorText(body['message'])
  )
}

function parseCode(code: unknown): number | undefined {
  return typeof code === 'number' && Number.isInteger(code) && code >= 0 ? code : undefined
}
