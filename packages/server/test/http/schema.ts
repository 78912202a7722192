import type { Json, JsonObject } from '@headgate/json'
import * as fc from 'fast-check'
import { canary } from './hostile.ts'

const words = fc.constantFrom(
  ...'x admin t hostile spare anonymous é 6f4a1d1e-2b7e-4a6f-9a52-0f7b1c3d5e7f'.split(' '),
  '',
  'a\0b',
  '\ud800',
  'é'.repeat(200),
  ...'file:///etc http://127.0.0.1:1 2026-01-01T00:00:00.000Z'.split(' '),
)

/**
 * Returns an arbitrary of values that mostly match a JSON Schema of the server, so that requests pass the
 * first check of an operation.
 */
export function likely(schema: JsonObject): fc.Arbitrary<Json> {
  const { type, enum: choices, const: only, anyOf, oneOf } = schema
  if (only !== undefined) return fc.constant(only)
  if (Array.isArray(choices)) return fc.constantFrom(...(choices as readonly Json[]))
  const either = anyOf ?? oneOf
  if (Array.isArray(either)) return fc.oneof(...(either as readonly JsonObject[]).map(likely))
  switch (type) {
    case 'object':
      return object(schema)
    case 'array':
      return fc.array(likely((schema['items'] ?? {}) as JsonObject), { maxLength: 3 })
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.constantFrom(0, 1, -1, 0.5, 100, 2 ** 31, 2 ** 53, 1e300)
    default:
      return words
  }
}

function object(schema: JsonObject): fc.Arbitrary<Json> {
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, JsonObject>)
  const required = (schema['required'] ?? []) as readonly string[]
  const model = Object.fromEntries(
    members.map(([name, member]) => [
      name,
      /secret|token|password/i.test(name) ? fc.constantFrom(canary, `${canary}\0`) : likely(member),
    ]),
  )
  const requiredKeys = members.map(([name]) => name).filter((name) => required.includes(name))
  return fc.record(model, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<Json>
}
