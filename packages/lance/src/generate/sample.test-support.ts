import type { Json, JsonObject } from '@headgate/json'
import { nameOf, type Schema, type Specification } from './specification.ts'

/** The smallest value that a schema allows: all that is required, and nothing else. */
export function sampleOf({ components }: Specification, schema: Schema, depth = 0): Json {
  if (depth > 20) throw new Error('a schema requires itself')
  const inner = (each: Schema | undefined): Json => sampleOf({ components, paths: {} }, each ?? {}, depth + 1)
  if (schema.$ref !== undefined) return inner(components.schemas[nameOf(schema.$ref)])
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

/** Without one of its members. */
export function without(object: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = object
  return rest
}
