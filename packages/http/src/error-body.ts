import { parseBytes, type Json, type JsonObject } from '@headgate/json'
import { isRedirect, type BufferedResponse } from './buffered-response.ts'

/** Maximum length of a text that a server sent. The rest of the text is removed. */
const MAX_TEXT = 2_000

/**
 * Parses the body of an error response. Returns an empty object for a body that is not a JSON object.
 *
 * @example
 * ```ts
 * errorBody(new TextEncoder().encode('{"error":"no such table"}')) // { error: 'no such table' }
 * errorBody(new TextEncoder().encode('<html>')) // {}
 * ```
 */
export function errorBody(body: Uint8Array): JsonObject {
  try {
    return errorObject(parseBytes(body))
  } catch {
    return {}
  }
}

/**
 * Returns a member of an error body as an object. Returns an empty object if the member is not an object.
 *
 * @example
 * ```ts
 * errorObject({ message: 'no such table' }) // { message: 'no such table' }
 * errorObject('no such table') // {}
 * ```
 */
export function errorObject(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/**
 * Returns a member of an error body as text of at most 2,000 characters. Returns undefined if the member is empty or
 * not a text.
 *
 * @example
 * ```ts
 * errorText('no such table') // 'no such table'
 * errorText(404) // undefined
 * ```
 */
export function errorText(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : undefined
}

/**
 * Returns an error message for an error response that contains no message.
 *
 * @param missing what the response lacks, such as `an error message of the Lance protocol`
 *
 * @example
 * ```ts
 * describeErrorResponse('loadTable', { status: 404, headers: new Headers(), body: new Uint8Array() }, 'an error body')
 * // 'loadTable: the server answered 404 without an error body'
 * ```
 */
export function describeErrorResponse(
  operation: string,
  response: BufferedResponse,
  missing: string,
): string {
  if (isRedirect(response))
    return `${operation}: the server responded with a redirect. The client does not follow redirects, because it would send the credentials of the caller to another address and change POST to GET. Set the uri to the address that the redirect names`
  return `${operation}: the server answered ${response.status} without ${missing}`
}
