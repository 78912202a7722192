import { parseBytes, type Json, type JsonObject } from '@headgate/json'
import { isRedirect, type BufferedResponse } from './buffered-response.ts'

/** Characters of a server's text that are kept. */
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
 * Returns a member of an error body as an object; empty for another value.
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
 * Returns a member of an error body as text of at most 2,000 characters; undefined for another value or an empty text.
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
 * Describes an error response without a message.
 *
 * @param missing what the response lacks: `an error message of the Lance protocol`
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
    return `${operation}: the server answered with a redirect, which is not followed, because it would take the caller's authentication elsewhere and turn POST into GET: set the uri to where it leads`
  return `${operation}: the server answered ${response.status} without ${missing}`
}
