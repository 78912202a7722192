import { isInt64, parseBytes, type Int64, type Json } from '@headgate/json'
import { object, textMap, type Decoder, type StringMap } from '../model/decode.ts'
import { isLanceErrorCode } from '../model/error-codes.ts'
import { operation, type OperationId } from '../model/operations.ts'
import { WireError } from '../model/wire-error.ts'
import type { Context } from '../model/wire/common.ts'
import { isArrowFile, isArrowStream } from './arrow/arrow-format.ts'
import { InvalidAnswerError, LanceNamespaceError } from './errors/lance-namespace-error.ts'
import type { BufferedResponse } from '@headgate/http'
import { answerContext } from './request-context.ts'

/**
 * A response in JSON. An answer without a body, or with null, is one without members: servers differ in that.
 *
 * @throws {InvalidAnswerError}
 */
export function readResponse<T extends { readonly context?: Context | undefined }>(
  id: OperationId,
  answer: BufferedResponse,
  decode: Decoder<T>,
): T {
  const response = read(id, answer, (body) => decode(parseAnswer(body) ?? {}))
  return { ...response, context: answerContext(answer.headers, response.context) }
}

/** A bare number, or one in an object, as older servers send it. */
export function readCount(id: OperationId, answer: BufferedResponse): Int64 {
  return read(id, answer, (body) => {
    const value = parseAnswer(body)
    const count = typeof value === 'object' && value !== null && 'count' in value ? value['count'] : value
    if (!isInt64(count)) throw new WireError('expected a count')
    return count
  })
}

/** A JSON string, or bare text, as some servers send it. */
export function readText(id: OperationId, answer: BufferedResponse): string {
  return read(id, answer, (body) => {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
    if (!text.startsWith('"')) return text
    const value = parseAnswer(body)
    return typeof value === 'string' ? value : text
  })
}

/** A bare map, or one in an object, as the model of the other languages has it. */
export function readMap(id: OperationId, answer: BufferedResponse): StringMap {
  return read(id, answer, (body) => {
    const value = object(parseAnswer(body) ?? {})
    const wrapped = value['metadata']
    return textMap(typeof wrapped === 'object' && wrapped !== null ? wrapped : value)
  })
}

export function readArrow(id: OperationId, answer: BufferedResponse): Uint8Array {
  return read(id, answer, (body) => {
    if (isArrowFile(body) || isArrowStream(body)) return body
    throw new WireError('expected Arrow IPC')
  })
}

/** Codes that say that something is not there: namespace, table, version, branch, tag. */
const ABSENT = new Set([1, 4, 8, 11, 22])

/** Whether something exists: any success, and a 404 that is about it rather than about the route. */
export async function readExistence(answer: Promise<BufferedResponse>): Promise<boolean> {
  try {
    await answer
    return true
  } catch (error) {
    if (!(error instanceof LanceNamespaceError)) throw error
    if (isLanceErrorCode(error.code) && ABSENT.has(error.code)) return false
    throw error
  }
}

function read<T>(id: OperationId, { status, body }: BufferedResponse, decode: (body: Uint8Array) => T): T {
  try {
    return decode(body)
  } catch (cause) {
    const why = cause instanceof WireError ? cause.message : 'it cannot be read'
    // A success that cannot be read is still a success.
    const outcomeUnknown = operation(id).effect === 'changes'
    throw new InvalidAnswerError(
      `${id}: the answer is not what the protocol says: ${why}`,
      { operation: id, status, code: null, outcomeUnknown },
      { cause },
    )
  }
}

const parseAnswer = (body: Uint8Array): Json => (body.length === 0 ? null : parseBytes(body))
