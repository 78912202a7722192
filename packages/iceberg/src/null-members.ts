import type { Json } from '@headgate/json'
import { within } from './field-error.ts'
import { decodeArray, decodeObject, isJsonObject, optional, unfit } from './fields.ts'

const DEFAULTS = ['initial-default', 'write-default']

/** @throws {HeadgateError} bad-request when one of the members is null instead of left out */
export function refuseNulls(value: Json, members: readonly string[]): void {
  const object = decodeObject(value)
  for (const name of members)
    if (object[name] === null) throw within(name, unfit('must be left out, not null'))
}

/** Does the same for each object of a list that an object may have. */
export function refuseNullsIn(value: Json, list: string, members: readonly string[]): void {
  optional(decodeObject(value), list, (items) => decodeArray(items, (item) => refuseNulls(item, members)))
}

/** Refuses null as a default value anywhere in schemas. @throws {HeadgateError} bad-request */
export function refuseNullDefaults(value: Json | undefined): void {
  if (Array.isArray(value)) for (const item of value as readonly Json[]) refuseNullDefaults(item)
  if (!isJsonObject(value)) return
  refuseNulls(value, DEFAULTS)
  for (const item of Object.values(value)) refuseNullDefaults(item)
}
