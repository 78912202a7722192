// Generators of wrong input for decoders.
import type { Json, JsonObject } from '@headgate/json'
import * as fc from 'fast-check'

const keys = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'type',
    'fields',
    'action',
    'schemas',
    'format-version',
    'snapshot-id',
  ),
)

/** Any JSON value, with integers beyond the safe range and keys such as `__proto__`. */
export const anyJson: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(null, true, false, 0, 1, -1, 3, 999, 2 ** 31, -(2 ** 31) - 1, 0.5, 1e300, ''),
    fc.constantFrom<Json>(
      'struct',
      'long',
      'fixed[3]',
      'geography(a, karney)',
      'bucket[4]',
      'main',
      'branch',
      '\ud800',
    ),
    fc.string({ unit: 'binary' }),
    fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).filter((it) => !Number.isSafeInteger(Number(it))),
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(keys, tie('value')), { maxLength: 5 })
      .map((entries): Json => Object.fromEntries(entries)),
  ),
})).value

/** Generates copies of a valid document in which one or two values at any depth are replaced or removed. */
export function damaged(document: Json): fc.Arbitrary<Json> {
  return fc.oneof(damagedOnce(document), damagedOnce(document).chain(damagedOnce))
}

function damagedOnce(value: Json): fc.Arbitrary<Json> {
  const by = fc.option(fc.oneof(anyJson, fc.constantFrom(...parts(value))), { nil: undefined })
  return fc
    .tuple(fc.constantFrom(...paths(value)), by)
    .map(([path, other]) => replaced(value, path, other) ?? null)
}

type Path = readonly string[]

function paths(value: Json): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [[]]
  const inner = Object.entries(value).flatMap(([key, item]) =>
    paths(item ?? null).map((path) => [key, ...path]),
  )
  return [[], ...inner]
}

/** Returns all values in a document. They are valid at their own place and wrong at most other places. */
function parts(value: Json): readonly Json[] {
  if (typeof value !== 'object' || value === null) return [value]
  return [value, ...Object.values(value).flatMap((item) => parts(item ?? null))]
}

function replaced(value: Json, [key, ...path]: Path, by: Json | undefined): Json | undefined {
  if (key === undefined || typeof value !== 'object' || value === null) return by
  if (Array.isArray(value))
    return (value as readonly Json[]).flatMap((item, i) => {
      const kept = String(i) === key ? replaced(item, path, by) : item
      return kept === undefined ? [] : [kept]
    })
  const entries = Object.entries(value as JsonObject)
    .map(([name, item]) => [name, name === key ? replaced(item ?? null, path, by) : item] as const)
    .filter(([, item]) => item !== undefined)
  return Object.fromEntries(entries)
}
