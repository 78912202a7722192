import { HeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import type { Response } from '../../operation/operation.ts'
import { jsonResponse } from '../responses.ts'

/** Encodes a JSON object of the upstream as the response. */
export function forwardedJson(body: Json): Response {
  if (!isObject(body))
    throw new HeadgateError('bad-gateway', 'The upstream returned a response that is not a JSON object.')
  return jsonResponse(body)
}

/** @throws HeadgateError `bad-request` when the body of a request is not a JSON object */
export function requireObject(body: Json): JsonObject {
  if (!isObject(body)) throw new HeadgateError('bad-request', 'The request body must be a JSON object.')
  return body
}

function isObject(body: Json): body is JsonObject {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
}
