import { isRawNumber, type Json, type JsonObject } from '@headgate/json'

/**
 * Adds the member `last-column-id` to updates that add a schema and do not contain it. The specification
 * makes the member optional, but some catalogs require it. Its value is the highest field id in the schema.
 */
export function addLastColumnIds(updates: readonly Json[]): Json[] {
  return updates.map((update) => {
    if (!isObject(update) || update['action'] !== 'add-schema') return update
    const { schema, 'last-column-id': last = null } = update
    return last === null && isObject(schema) ? { ...update, 'last-column-id': highestId(schema) } : update
  })
}

/** Returns the highest field id in a type or schema. Returns 0 when it has no field. */
function highestId(type: JsonObject): number {
  const { fields, element, key, value } = type
  const inner = [...(Array.isArray(fields) ? fields : []), element, key, value].filter((part) =>
    isObject(part),
  )
  const nested = inner.flatMap((part) => [part, ...(isObject(part['type']) ? [part['type']] : [])])
  const own = [type['id'], type['element-id'], type['key-id'], type['value-id']]
  return Math.max(0, ...own.filter((id) => typeof id === 'number'), ...nested.map((part) => highestId(part)))
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}
