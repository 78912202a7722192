import type { Json } from '@headgate/json'
import { prependPath } from './field-error.ts'
import { decodeArray, decodeObject, isJsonObject, optional, invalidField } from './fields.ts'

const DEFAULTS = ['initial-default', 'write-default']

/**
 * Refuses an object in which one of the members is null. A client must omit such a member instead of sending null.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function refuseNulls(value: Json, members: readonly string[]): void {
  const object = decodeObject(value)
  for (const name of members)
    if (object[name] === null) throw prependPath(name, invalidField('must be omitted instead of set to null'))
}

/**
 * Refuses an object whose member `list` contains an object in which one of the members is null.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function refuseNullsIn(value: Json, list: string, members: readonly string[]): void {
  optional(decodeObject(value), list, (items) => decodeArray(items, (item) => refuseNulls(item, members)))
}

/**
 * Refuses schemas in which a default value at any depth is null.
 *
 * @throws {HeadgateError} `bad-request`
 */
export function refuseNullDefaults(value: Json | undefined): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) refuseNullDefaults(item)
  if (!isJsonObject(value)) return
  refuseNulls(value, DEFAULTS)
  for (const item of Object.values(value)) refuseNullDefaults(item)
}
