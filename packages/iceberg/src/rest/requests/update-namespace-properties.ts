import { HeadgateError } from '@headgate/errors'
import type { Json } from '@headgate/json'
import { decodeObject, decodeTextMap, decodeTexts, optional, type StringMap } from '../../fields.ts'

/** Body of `updateProperties`. */
export interface UpdateNamespacePropertiesRequest {
  /** Keys to remove. Contains each key once. */
  readonly removals: readonly string[]
  readonly updates: StringMap
}

/**
 * Decodes the body of `updateProperties`.
 *
 * @throws {HeadgateError} `bad-request`, or `unprocessable` when a key is both set and removed
 */
export function decodeUpdateNamespacePropertiesRequest(value: Json): UpdateNamespacePropertiesRequest {
  const body = decodeObject(value)
  const removals = optional(body, 'removals', decodeTexts) ?? []
  const updates = optional(body, 'updates', decodeTextMap) ?? {}
  const both = removals.filter((key) => Object.hasOwn(updates, key))
  if (both.length > 0) {
    const keys = [...new Set(both)].map((key) => JSON.stringify(key)).join(', ')
    throw new HeadgateError(
      'unprocessable',
      `Invalid updates: the keys ${keys} are also in removals. Send each key in only one of the two lists.`,
    )
  }
  return { removals: [...new Set(removals)], updates }
}
