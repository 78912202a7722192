// Generators for the tests of views and requests.
import { isHeadgateError } from '@headgate/errors'
import type { Json, JsonObject } from '@headgate/json'
import * as fc from 'fast-check'

const key = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'name',
    'namespace',
    'schema',
    'fields',
    'action',
    'type',
    'uuid',
  ),
)

/** Any JSON value, with integers beyond the safe range and keys such as `__proto__`. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1, -1, 2 ** 31, 0.5, '', 'sql', 'struct', '\ud800', 'a\0'),
    fc.string({ unit: 'binary' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(key, tie('value')), { maxLength: 5 })
      .map((entries): Json => Object.fromEntries(entries) as JsonObject),
  ),
})).value

/** Generates copies of a valid document in which one value at any depth is replaced or removed. */
export function damaged(document: Json): fc.Arbitrary<Json> {
  return fc
    .tuple(fc.constantFrom(...paths(document)), fc.option(anyJson, { nil: undefined }))
    .map(([path, value]) => replaced(document, path, value) ?? null)
}

/** Returns the result of a decoder, or `refused` if it throws a HeadgateError. Throws any other error. */
export function outcome<T>(decode: () => T): { readonly accepted: T } | 'refused' {
  try {
    return { accepted: decode() }
  } catch (error) {
    if (isHeadgateError(error)) return 'refused'
    throw error
  }
}

type Path = readonly string[]

function paths(value: Json): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]]
  return [
    [],
    ...Object.entries(value).flatMap(([key, item]) => paths(item as Json).map((path) => [key, ...path])),
  ]
}

function replaced(value: Json, [key, ...path]: Path, by: Json | undefined): Json | undefined {
  if (key === undefined || typeof value !== 'object' || value === null) return by
  if (Array.isArray(value)) {
    return (value as readonly Json[]).flatMap((item, index) => {
      const kept = String(index) === key ? replaced(item, path, by) : item
      return kept === undefined ? [] : [kept]
    })
  }
  const object = value as JsonObject
  return Object.fromEntries(
    Object.entries(object)
      .map(([name, item]) => [name, name === key ? replaced(item ?? null, path, by) : item] as const)
      .filter(([, item]) => item !== undefined),
  )
}
