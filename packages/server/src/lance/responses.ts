import { stringify, type JsonObject } from '@headgate/json'
import type { Response } from '../operation/operation.ts'

const headers = { 'content-type': 'application/json' }

/** Encodes a response. Members that are undefined are omitted. */
export function jsonResponse(value: object): Response {
  return { status: 200, headers, body: stringify(value as JsonObject) }
}

/** Encodes a response whose body is only a number. */
export function countResponse(count: number): Response {
  return { status: 200, headers, body: String(count) }
}

/** Response of an operation that tells only whether an object exists. */
export const exists: Response = { status: 200, body: '' }
