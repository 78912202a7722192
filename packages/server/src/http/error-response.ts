import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { JsonError, JsonLimitError, stringify } from '@headgate/json'
import type { Response } from '../operation/operation.ts'

/**
 * Converts any thrown value to an error whose message may be sent to the caller. An unexpected error becomes
 * 500 with the request id, by which an operator finds the error in the log.
 */
export function toHeadgateError(error: unknown, requestId: string): HeadgateError {
  if (isHeadgateError(error)) return error
  if (error instanceof JsonLimitError) {
    return new HeadgateError(
      'payload-too-large',
      `The body contains more than ${error.maxValues} JSON values (HEADGATE_MAX_JSON_VALUES). Split the change into several requests.`,
      { cause: error },
    )
  }
  if (error instanceof JsonError)
    return new HeadgateError('bad-request', `The body is not valid JSON: ${error.message}`, { cause: error })
  return new HeadgateError(
    'internal',
    `The server failed. The operator of the server finds the cause in its log under request id ${requestId}.`,
    {
      cause: error,
    },
  )
}

/**
 * Returns a response with the Iceberg REST error body (`ErrorModel`). The management API uses the same body.
 */
export function errorResponse(error: HeadgateError, method: string): Response {
  const { status, iceberg: type } = error.kind
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  // Clients repeat a POST after 429 and 503 only if the response contains Retry-After.
  const retryAfter = error.retryAfterSeconds ?? (status === 429 || status === 503 ? 1 : undefined)
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter)
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="headgate"'
  if (error.allow !== undefined) headers['allow'] = error.allow.join(', ')
  if (method === 'HEAD') return { status, headers, body: null }
  return { status, headers, body: stringify({ error: { message: error.message, type, code: status } }) }
}
