import { HeadgateError } from '@headgate/errors'
import type { Json } from '@headgate/json'
import {
  decodeArray,
  decodeObject,
  decodeString,
  decodeStringMap,
  optional,
  type StringMap,
} from '../../view/fields.ts'

/** Body of `updateProperties`. */
export interface UpdateNamespacePropertiesRequest {
  /** Without repetitions. */
  readonly removals: readonly string[]
  readonly updates: StringMap
}

/**
 * @throws {HeadgateError} `bad-request`; `unprocessable` when a key is to be set and removed at once
 */
export function decodeUpdateNamespacePropertiesRequest(value: Json): UpdateNamespacePropertiesRequest {
  const body = decodeObject(value, '')
  const removals = optional(body, 'removals', '', (keys, at) => decodeArray(keys, at, decodeString)) ?? []
  const updates = optional(body, 'updates', '', decodeStringMap) ?? {}
  const both = removals.filter((key) => Object.hasOwn(updates, key))
  if (both.length > 0) {
    const keys = [...new Set(both)].map((key) => JSON.stringify(key)).join(', ')
    throw new HeadgateError('unprocessable', `Invalid updates: also in removals, choose one: ${keys}`)
  }
  return { removals: [...new Set(removals)], updates }
}
