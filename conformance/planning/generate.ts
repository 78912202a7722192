import { stringify, type Json, type JsonObject } from '@headgate/json'

/** Table with its changes, and scans of this table, in the form that the Java driver reads. */
export interface PlanningCase {
  readonly folder: string
  readonly format: 1 | 2 | 3
  readonly schema: JsonObject
  readonly steps: readonly JsonObject[]
  readonly scans: readonly Scan[]
}

export interface Scan extends JsonObject {
  readonly filter: Json
  /** Filter for Java's evaluation of single rows, in which null is less than every value. */
  readonly 'row-filter': Json
  readonly 'case-sensitive': boolean
}

/** Pseudorandom number generator with a seed (mulberry32). */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = seed | 0
  }

  /** Returns a random integer from 0 (inclusive) to `count` (exclusive). */
  below(count: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) % count
  }

  pick<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)]
    if (chosen === undefined) throw new Error('nothing to choose from')
    return chosen
  }

  /** Returns true with the probability 1/`count`. */
  oneIn(count: number): boolean {
    return this.below(count) === 0
  }
}

interface Column {
  readonly name: string
  readonly type: string
  readonly values: (dice: Dice) => Json
  readonly transforms: readonly string[]
  readonly hasNan?: true
  readonly hasPrefix?: true
  readonly required?: true
}

const small = (dice: Dice): number => dice.below(40) - 20
const two = (value: number): string => String(value).padStart(2, '0')
const date = (dice: Dice): string =>
  `${dice.pick([1968, 1969, 1970, 1971, 2024])}-${two(1 + dice.below(12))}-${two(1 + dice.below(28))}`
const timeOfDay = (dice: Dice): string =>
  `${two(dice.below(24))}:${two(dice.below(60))}:${two(dice.below(60))}.${dice.pick(['000000', '000001', '999999'])}`
const time = ['year', 'month', 'day', 'hour', 'identity', 'bucket[3]']

const columns: readonly Column[] = [
  {
    name: 'id',
    type: 'long',
    required: true,
    values: (dice) => dice.pick([small(dice), 2n ** 60n + BigInt(dice.below(4)), -(2n ** 62n)]),
    transforms: ['identity', 'bucket[4]', 'truncate[10]'],
  },
  { name: 'num', type: 'int', values: small, transforms: ['identity', 'bucket[4]', 'truncate[7]'] },
  {
    name: 'F',
    type: 'float',
    values: (dice) => dice.pick(['NaN', small(dice) / 4, 0]),
    transforms: [],
    hasNan: true,
  },
  {
    name: 'dbl',
    type: 'double',
    values: (dice) => dice.pick(['NaN', small(dice) / 8, 1e10]),
    transforms: [],
    hasNan: true,
  },
  { name: 'flag', type: 'boolean', values: (dice) => dice.oneIn(2), transforms: ['identity'] },
  { name: 'day', type: 'date', values: date, transforms: ['year', 'month', 'day', 'identity', 'bucket[3]'] },
  { name: 'clock', type: 'time', values: timeOfDay, transforms: ['identity', 'bucket[3]'] },
  { name: 'ts', type: 'timestamp', values: (dice) => `${date(dice)}T${timeOfDay(dice)}`, transforms: time },
  {
    name: 'tz',
    type: 'timestamptz',
    values: (dice) => `${date(dice)}T${timeOfDay(dice)}+00:00`,
    transforms: time,
  },
  {
    name: 'text',
    type: 'string',
    values: (dice) => dice.pick(['', 'a', 'ab', 'abc', 'abd', 'b', 'zé', '\u{1f600}x', '\uffff', 'abcdefgh']),
    transforms: ['identity', 'bucket[4]', 'truncate[2]', 'truncate[1]'],
    hasPrefix: true,
  },
  {
    name: 'uid',
    type: 'uuid',
    values: (dice) =>
      `${dice.pick(['00', '7f', '80', 'ff'])}000000-0000-4000-8000-00000000000${dice.below(3)}`,
    transforms: ['identity', 'bucket[2]'],
  },
  {
    name: 'bin',
    type: 'binary',
    values: (dice) => dice.pick(['', '00', '00FF', 'FF', 'FF01', '7F']),
    transforms: ['identity', 'truncate[1]', 'bucket[2]'],
  },
  {
    name: 'fix',
    type: 'fixed[2]',
    values: (dice) => dice.pick(['0000', '00FF', 'FFFF', '7F00']),
    // No partition field has this column as its source, because Java 1.12.0 writes such partition values incorrectly:
    // it writes a length before the value, although the Avro type `fixed` has no length.
    transforms: [],
  },
  {
    name: 'dec',
    type: 'decimal(9, 2)',
    values: (dice) => `${dice.oneIn(2) ? '-' : ''}${dice.below(30)}.${two(dice.below(100))}`,
    transforms: ['identity', 'truncate[50]', 'bucket[4]'],
  },
  { name: 'nest.inner', type: 'int', values: small, transforms: ['identity', 'truncate[5]'] },
]

const schema: JsonObject = {
  type: 'struct',
  'schema-id': 0,
  fields: [
    ...columns
      .filter(({ name }) => !name.includes('.'))
      .map(({ name, type, required = false }, index) => ({ id: index + 1, name, required, type })),
    {
      id: 90,
      name: 'nest',
      required: false,
      type: { type: 'struct', fields: [{ id: 91, name: 'inner', required: false, type: 'int' }] },
    },
  ],
}

/** Generates the case with the given number. The same seed and number always generate the same case. */
export function planningCase(seed: number, number: number, folder: string): PlanningCase {
  const dice = new Dice(seed * 1_000_003 + number)
  const format = dice.pick([1, 2, 2, 3] as const)
  const steps: JsonObject[] = []
  const parts = new Set<string>()
  for (let count = 3 + dice.below(6); count > 0; count -= 1) {
    if (dice.oneIn(3)) steps.push(specStep(dice, parts))
    if (steps.some(({ kind }) => kind === 'append')) {
      if (dice.oneIn(4)) steps.push({ kind: 'remove', file: dice.below(50) })
      if (format > 1 && dice.oneIn(2)) steps.push(deleteStep(dice, format))
    }
    steps.push(appendStep(dice))
  }
  const scans = Array.from({ length: 25 }, () => {
    const caseSensitive = !dice.oneIn(4)
    const chosen = filter(dice, 3, caseSensitive)
    return { filter: chosen, 'row-filter': withoutNulls(chosen, false), 'case-sensitive': caseSensitive }
  })
  return { folder, format, schema, steps, scans }
}

function specStep(dice: Dice, parts: Set<string>): JsonObject {
  const column = dice.pick(
    columns.filter(({ transforms, name }) => transforms.length > 0 && !parts.has(name)),
  )
  const transform = dice.pick(column.transforms)
  parts.add(column.name)
  return { kind: 'spec', add: [{ source: column.name, transform }], remove: [] }
}

function deleteStep(dice: Dice, format: number): JsonObject {
  const content = dice.pick(format === 3 ? ['equality', 'vector'] : ['equality', 'partition', 'file'])
  return { kind: 'deletes', content, file: dice.below(50) }
}

/** Returns a step that appends rows with similar values, so that the bounds of files differ. */
function appendStep(dice: Dice): JsonObject {
  const few = new Map(columns.map(({ name, values }) => [name, [values(dice), values(dice)]]))
  const nulls = new Set(
    columns.filter(({ required }) => required !== true && dice.oneIn(6)).map(({ name }) => name),
  )
  const value = ({ name, values, required }: Column): Json => {
    if (nulls.has(name) || (required !== true && dice.oneIn(12))) return null
    return dice.oneIn(8) ? values(dice) : dice.pick(few.get(name) ?? [null])
  }
  const rows = Array.from({ length: 1 + dice.below(6) }, () => {
    const row = Object.fromEntries(columns.map((column) => [column.name, value(column)]))
    const { 'nest.inner': inner = null, ...others } = row
    return { ...others, nest: dice.oneIn(8) ? null : { inner } }
  })
  return { kind: 'append', metrics: dice.pick(['full', 'full', 'truncate', 'counts', 'none']), rows }
}

function filter(dice: Dice, depth: number, caseSensitive: boolean): Json {
  if (depth > 0 && !dice.oneIn(3)) {
    const child = (): Json => filter(dice, depth - 1, caseSensitive)
    if (dice.oneIn(6)) return { type: 'not', child: child() }
    return { type: dice.pick(['and', 'or']), left: child(), right: child() }
  }
  if (dice.oneIn(40)) return dice.oneIn(2)
  const column = dice.pick(columns)
  const term = caseSensitive ? column.name : dice.pick([column.name.toUpperCase(), column.name])
  const literal = (): Json => {
    for (;;) {
      const value = column.values(dice)
      if (value !== 'NaN') return value
    }
  }
  const type = dice.pick([
    'eq',
    'eq',
    'not-eq',
    'lt',
    'lt-eq',
    'gt',
    'gt-eq',
    'in',
    'not-in',
    'is-null',
    'not-null',
    ...(column.hasNan ? ['is-nan', 'not-nan'] : []),
    ...(column.hasPrefix ? ['starts-with', 'not-starts-with'] : []),
  ])
  if (type === 'in' || type === 'not-in') {
    const values = new Map<string, Json>()
    while (values.size < 2) {
      const value = literal()
      values.set(stringify(value), value)
    }
    return { type, term, values: [...values.values()] }
  }
  if (type.endsWith('null') || type.endsWith('nan')) return { type, term }
  return { type, term, value: literal() }
}

/** Returns a filter of which no comparison is true for null. */
function withoutNulls(json: Json, negated: boolean): Json {
  if (typeof json === 'boolean') return json
  const expression = json as JsonObject
  const { type, left = null, right = null, child = null, term = null } = expression
  switch (type) {
    case 'not':
      return { type, child: withoutNulls(child, !negated) }
    case 'and':
    case 'or':
      return { type, left: withoutNulls(left, negated), right: withoutNulls(right, negated) }
    case 'lt':
    case 'lt-eq':
    case 'gt':
    case 'gt-eq': {
      const isLess = type.startsWith('lt') !== negated
      if (!isLess) return expression
      const guard: Json = { type: negated ? 'is-null' : 'not-null', term }
      return { type: negated ? 'or' : 'and', left: guard, right: expression }
    }
    case 'starts-with':
    case 'not-starts-with': {
      // Adds a condition about null, because Java's row evaluator throws an error when it compares null with a prefix.
      const isPositive = type === 'starts-with'
      const guard: Json = { type: isPositive ? 'not-null' : 'is-null', term }
      return { type: isPositive ? 'and' : 'or', left: guard, right: expression }
    }
    default:
      return expression
  }
}
