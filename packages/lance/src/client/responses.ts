import { isInt64, parseBytes, type Int64, type Json } from '@headgate/json'
import { object, textMap, type Decoder, type StringMap } from '../model/decode.ts'
import { isLanceErrorCode } from '../model/error-codes.ts'
import { operation, type OperationId } from '../model/operations.ts'
import { WireError } from '../model/wire-error.ts'
import type { Context } from '../model/wire/common.ts'
import { isArrowFile, isArrowStream } from './arrow/arrow-format.ts'
import { InvalidAnswerError, LanceNamespaceError } from './errors/lance-namespace-error.ts'
import type { BufferedResponse } from '@headgate/http'
import { responseContext } from './request-context.ts'

/**
 * Decodes a JSON response. An empty body and null count as an empty object, because servers differ in how they send a
 * response without members.
 *
 * @throws {InvalidAnswerError}
 */
export function readResponse<T extends { readonly context?: Context | undefined }>(
  id: OperationId,
  response: BufferedResponse,
  decode: Decoder<T>,
): T {
  const decoded = read(id, response, (body) => decode(parseBody(body) ?? {}))
  return { ...decoded, context: responseContext(response.headers, decoded.context) }
}

/** Reads a count from a response body: an integer, or an object with the integer, which older servers send. */
export function readCount(id: OperationId, response: BufferedResponse): Int64 {
  return read(id, response, (body) => {
    const value = parseBody(body)
    const count = typeof value === 'object' && value !== null && 'count' in value ? value['count'] : value
    if (!isInt64(count)) throw new WireError('expected a count, which is a 64-bit integer')
    return count
  })
}

/** Reads a text from a response body: a JSON string, or the text without quotes, which some servers send. */
export function readText(id: OperationId, response: BufferedResponse): string {
  return read(id, response, (body) => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    if (!text.startsWith('"')) return text
    const value = parseBody(body)
    return typeof value === 'string' ? value : text
  })
}

/**
 * Reads a map of strings from a response body. The map may be in the member `metadata` of an object, as in the models
 * of Lance for other languages.
 */
export function readMap(id: OperationId, response: BufferedResponse): StringMap {
  return read(id, response, (body) => {
    const value = object(parseBody(body) ?? {})
    const wrapped = value['metadata']
    return textMap(typeof wrapped === 'object' && wrapped !== null ? wrapped : value)
  })
}

/** Returns a response body that is an Arrow IPC file or an Arrow IPC stream. Refuses all other bodies. */
export function readArrow(id: OperationId, response: BufferedResponse): Uint8Array {
  return read(id, response, (body) => {
    if (isArrowFile(body) || isArrowStream(body)) return body
    throw new WireError('expected an Arrow IPC file or stream')
  })
}

/** Error codes for a namespace, table, tag, version or branch that does not exist. */
const NOT_FOUND_CODES = new Set([1, 4, 8, 11, 22])

/**
 * Returns whether an object exists: true for every success, false for an error with a code for a missing object. A 404
 * without such a code is thrown, because it may mean that the server does not know the route.
 */
export async function readExistence(response: Promise<BufferedResponse>): Promise<boolean> {
  try {
    await response
    return true
  } catch (error) {
    if (!(error instanceof LanceNamespaceError)) throw error
    if (isLanceErrorCode(error.code) && NOT_FOUND_CODES.has(error.code)) return false
    throw error
  }
}

function read<T>(id: OperationId, { status, body }: BufferedResponse, decode: (body: Uint8Array) => T): T {
  try {
    return decode(body)
  } catch (cause) {
    const reason = cause instanceof WireError ? cause.message : 'the body cannot be parsed'
    // The status is a success, so the server has executed the request although its response cannot be read.
    const outcomeUnknown = operation(id).effect === 'changes'
    throw new InvalidAnswerError(
      `${id}: the response does not follow the Lance protocol: ${reason}. Check that the uri is that of a Lance namespace.`,
      { operation: id, status, code: null, outcomeUnknown },
      { cause },
    )
  }
}

const parseBody = (body: Uint8Array): Json => (body.length === 0 ? null : parseBytes(body))
