import type { Json } from '@headgate/json'
import { decodeObject, decodeString, required, type StringMap } from '../fields.ts'

/**
 * Reads a map of properties. Converts numbers and booleans, which some servers send, to text. Omits members that are
 * null.
 */
export function decodeProperties(value: Json): StringMap {
  const object = decodeObject(value)
  return Object.fromEntries(
    Object.keys(object)
      .filter((key) => object[key] !== null)
      .map((key) => [key, required(object, key, decodeProperty)] as const),
  )
}

function decodeProperty(value: Json): string {
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : decodeString(value)
}
