import type { Int64 } from '@headgate/json'
import * as fc from 'fast-check'
import type { AvroValue } from '../../src/avro/value-reader.ts'

/**
 * Random Avro type, with a generator of its values for the library avsc, and a function that converts them to the
 * values that the reader returns.
 */
export interface AnyType {
  readonly schema: unknown
  readonly values: fc.Arbitrary<unknown>
  readonly decoded: (value: unknown) => AvroValue
  /** Whether values of the type are encoded in zero bytes. */
  readonly isEmpty: boolean
}

const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.integer().map(BigInt),
  fc.nat(63).chain((bits) => fc.constantFrom(2n ** BigInt(bits) - 1n, -(2n ** BigInt(bits)))),
)

/** Converts a long to the form in which the reader returns it: a number if it is safe, and otherwise a bigint. */
export function int64(value: bigint): Int64 {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

const bytes = (limits: { minLength?: number; maxLength: number }): fc.Arbitrary<Buffer> =>
  fc.uint8Array(limits).map((value) => Buffer.from(value))

const same = (value: unknown): AvroValue => value as AvroValue
const primitive = (schema: unknown, values: fc.Arbitrary<unknown>, decoded = same): AnyType => ({
  schema,
  values,
  decoded,
  isEmpty: schema === 'null',
})

const primitives: readonly AnyType[] = [
  primitive('boolean', fc.boolean()),
  primitive('int', fc.integer()),
  primitive('long', long, (value) => int64(value as bigint)),
  primitive('float', fc.float()),
  primitive('double', fc.double()),
  primitive('bytes', bytes({ maxLength: 20 })),
  primitive('string', fc.string({ maxLength: 20, unit: 'grapheme' })),
  primitive({ type: 'string', logicalType: 'unknown' }, fc.string({ maxLength: 5 })),
]

let names = 0
const newName = (): string => `t${(names += 1)}`

/** Generates types of up to three levels, with every kind of Avro type. */
export const anyType: fc.Arbitrary<AnyType> = fc.letrec<{ type: AnyType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...primitives),
    fc.nat(20).map((size) => fixedType(size)),
    fc.constantFrom(['A'], ['A', 'B', 'C']).map(enumType),
    tie('type')
      .filter(({ isEmpty }) => !isEmpty)
      .map(arrayType),
    tie('type').map(mapType),
    tie('type').map(optionalType),
    fc.array(tie('type'), { minLength: 1, maxLength: 6 }).map(recordType),
  ),
})).type

function fixedType(size: number): AnyType {
  return {
    schema: { type: 'fixed', name: newName(), size: size + 1 },
    values: bytes({ minLength: size + 1, maxLength: size + 1 }),
    decoded: same,
    isEmpty: false,
  }
}

function enumType(symbols: readonly string[]): AnyType {
  return primitive({ type: 'enum', name: newName(), symbols }, fc.constantFrom(...symbols))
}

function arrayType(item: AnyType): AnyType {
  return {
    schema: { type: 'array', items: item.schema },
    values: fc.array(item.values, { maxLength: 5 }),
    decoded: (value) => (value as readonly unknown[]).map(item.decoded),
    isEmpty: false,
  }
}

function mapType(item: AnyType): AnyType {
  return {
    schema: { type: 'map', values: item.schema },
    values: fc.dictionary(fc.string({ maxLength: 5 }), item.values, { maxKeys: 4, noNullPrototype: true }),
    decoded: (value) =>
      new Map(Object.entries(value as object).map(([key, each]) => [key, item.decoded(each)])),
    isEmpty: false,
  }
}

/**
 * Creates the type of a union with null. The generator creates no other unions, whose values avsc represents
 * differently.
 */
function optionalType(item: AnyType): AnyType {
  if (Array.isArray(item.schema)) return item
  return {
    schema: ['null', item.schema],
    values: fc.option(item.values),
    decoded: (value) => (value === null ? null : item.decoded(value)),
    isEmpty: false,
  }
}

export function recordType(items: readonly AnyType[]): AnyType {
  return {
    schema: {
      type: 'record',
      name: newName(),
      fields: items.map(({ schema }, index) => ({ name: `f${index}`, type: schema })),
    },
    values: fc.record(Object.fromEntries(items.map(({ values }, index) => [`f${index}`, values]))),
    decoded: (value) =>
      items.map(({ decoded }, index) => decoded((value as Record<string, unknown>)[`f${index}`])),
    isEmpty: items.every(({ isEmpty }) => isEmpty),
  }
}
