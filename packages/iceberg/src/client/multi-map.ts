import type { Json } from '@headgate/json'
import { decodeObject, decodeStrings, required } from '../fields.ts'

/** Names with several values each (Iceberg REST specification, `MultiValuedMap`). */
export type MultiMap = Readonly<Record<string, readonly string[]>>

export function decodeMultiMap(value: Json): MultiMap {
  const object = decodeObject(value)
  return Object.fromEntries(Object.keys(object).map((name) => [name, required(object, name, decodeStrings)]))
}
