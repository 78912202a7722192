import { isRawNumber, type Json, type JsonObject } from '@headgate/json'
import { isJsonObject } from '../fields.ts'

const members = (object: JsonObject): readonly string[] =>
  Object.keys(object).filter((key) => object[key] !== undefined)

/** Returns whether two JSON values are equal. Ignores the order of members, and treats undefined as absent. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Json, index) => sameJson(item, b[index]))
  }
  if (isRawNumber(a) && isRawNumber(b)) return a.rawJSON === b.rawJSON
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const keys = members(a)
  return (
    keys.length === members(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  )
}
