import { HeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import type { Response } from '../../operation/operation.ts'
import { jsonResponse } from '../responses.ts'

/** Encodes the response with a namespace of the upstream catalog. */
export function namespaceResponse(body: Json): Response {
  return forwardedMembers(body, ['namespace', 'properties'])
}

/**
 * Encodes a response with only these members of a JSON object of the upstream catalog. Other members could contain
 * configuration or credentials of the upstream.
 */
export function forwardedMembers(body: Json, names: readonly string[]): Response {
  if (!isObject(body))
    throw new HeadgateError('bad-gateway', 'The upstream returned a response that is not a JSON object.')
  return jsonResponse(pickMembers(body, names))
}

/**
 * Returns a copy of an object with only these members. A request to the upstream catalog contains only members that
 * this server has checked, because the upstream may know others that set locations. Members that are null are left out:
 * Iceberg's Java client writes null for absent members, which some catalogs refuse.
 */
export function selectMembers(body: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(pickMembers(body, names)).filter(([, value]) => value !== null))
}

function pickMembers(body: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Object.hasOwn(body, name) ? body[name] : undefined
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/**
 * Returns the body of a request as an object.
 *
 * @throws HeadgateError `bad-request` when the body is not a JSON object
 */
export function requireObject(body: Json): JsonObject {
  if (!isObject(body)) throw new HeadgateError('bad-request', 'The request body must be a JSON object.')
  return body
}

function isObject(body: Json): body is JsonObject {
  return typeof body === 'object' && body !== null && !Array.isArray(body)
}
