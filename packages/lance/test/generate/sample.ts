import type { Json, JsonObject } from '@headgate/json'
import { parseRefName, type Schema, type Specification } from '../../generate/specification.ts'

/** Creates the smallest value that a schema allows, with only the required members. */
export function createSample({ components }: Specification, schema: Schema, depth = 0): Json {
  if (depth > 20) throw new Error('The schema requires a value of itself.')
  const inner = (each: Schema | undefined): Json =>
    createSample({ components, paths: {} }, each ?? {}, depth + 1)
  if (schema.$ref !== undefined) return inner(components.schemas[parseRefName(schema.$ref)])
  if (schema.oneOf !== undefined) return null
  switch (typeof schema.type === 'string' ? schema.type : schema.type?.[0]) {
    case 'string':
      return schema.enum?.[0] ?? 'text'
    case 'boolean':
      return true
    case 'integer':
    case 'number':
      return 1
    case 'array':
      return []
    default:
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, inner(schema.properties?.[name])]),
      )
  }
}

/** Returns a copy of an object without one of its members. */
export function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object
  return rest
}
