import type { Json, JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'
import { defaults, names, oddNames, oddTypes, types, typesSince3 } from './pools.ts'

/** Probability that a part of a generated schema is invalid. */
const ODD = 0.008

interface Making {
  readonly random: Random
  readonly version: number
  /** Returns the id for the next field, which is usually an unused one. */
  readonly nextId: () => number
}

/** Generates a schema whose field ids start at `firstId`. */
export function randomSchema(random: Random, version: number, firstId = 1): JsonObject {
  let last = firstId - 1
  const making: Making = {
    random,
    version,
    nextId: () => (random.chance(ODD) ? random.pick([0, -1, 1, 2147483647, last]) : (last += 1)),
  }
  const fields = makeFields(making, 0)
  return withIdentifiers(random, { type: 'struct', 'schema-id': random.pick([0, 0, 0, 1, 7, -1]), fields })
}

/** Generates the next schema of a table: adds, drops, renames, moves or changes fields of the previous schema. */
export function evolvedSchema(
  random: Random,
  version: number,
  schema: JsonObject,
  lastColumnId: number,
): JsonObject {
  let last = lastColumnId
  const making: Making = { random, version, nextId: () => (last += 1) }
  let fields = (schema['fields'] as readonly JsonObject[]).slice()
  for (let changes = 1 + random.int(3); changes > 0; changes--) {
    const at = random.int(Math.max(1, fields.length))
    const field = fields[at]
    const kind = random.int(8)
    if (kind <= 1 || field === undefined) {
      const name = `n${last + 1}`
      fields.splice(at, 0, { ...makeField(making, 0, name), name })
    } else if (kind === 2) fields = fields.toSpliced(at, 1)
    else if (kind === 3) fields[at] = { ...field, name: random.pick([...names, `r${last}`]) }
    else if (kind === 4) fields = [...fields.toSpliced(at, 1), field]
    else if (kind === 5) fields[at] = { ...field, doc: random.pick(['d', 'e', '', null]) }
    else if (kind === 6) fields[at] = { ...field, required: random.chance(0.5) }
    else fields[at] = withDefaults(making, { ...field, type: widened(random, field['type']) })
  }
  return withIdentifiers(random, { ...schema, 'schema-id': random.pick([0, 1, 5]), fields })
}

/** Generates a schema of `levels` nested structs, lists or maps. */
export function deepSchema(random: Random, levels: number): JsonObject {
  let id = 1
  let type: Json = 'long'
  for (let level = 0; level < levels; level++) {
    const kind = random.int(3)
    id += 2
    if (kind === 0) type = { type: 'struct', fields: [{ id, name: 'a', required: false, type }] }
    else if (kind === 1) type = { type: 'list', 'element-id': id, element: type, 'element-required': false }
    else
      type = {
        type: 'map',
        'key-id': id,
        key: 'string',
        'value-id': id + 1,
        value: type,
        'value-required': false,
      }
  }
  return { type: 'struct', 'schema-id': 0, fields: [{ id: 1, name: 'a', required: false, type }] }
}

function makeFields(making: Making, depth: number): readonly JsonObject[] {
  const { random } = making
  const count = random.chance(0.05) ? 0 : 1 + random.int(depth === 0 ? 5 : 3)
  const unused = names.slice()
  return Array.from({ length: count }, () => {
    const name = random.chance(ODD)
      ? random.pick([...oddNames, ...names])
      : (unused.splice(random.int(unused.length), 1)[0] ?? 'z')
    return makeField(making, depth, name)
  })
}

function makeField(making: Making, depth: number, name: string): JsonObject {
  const { random } = making
  const id = making.nextId()
  const type = makeType(making, depth)
  const required = random.chance(type === 'unknown' ? 0.1 : 0.4)
  return withDefaults(making, {
    id,
    name,
    required,
    type,
    ...(random.chance(0.1) ? { doc: random.pick(['text', '', null]) } : {}),
  })
}

function makeType(making: Making, depth: number): Json {
  const { random, version } = making
  const kind = depth < 3 ? random.int(20) : 9
  if (kind === 0) return { type: 'struct', fields: makeFields(making, depth + 1) }
  if (kind === 1)
    return {
      type: 'list',
      'element-id': making.nextId(),
      element: makeType(making, depth + 1),
      'element-required': random.chance(0.5),
    }
  if (kind === 2)
    return {
      type: 'map',
      'key-id': making.nextId(),
      key: makeType(making, depth + 1),
      'value-id': making.nextId(),
      value: makeType(making, depth + 1),
      'value-required': random.chance(0.5),
    }
  if (random.chance(ODD)) return random.pick(oddTypes)
  if (version >= 3 ? random.chance(0.3) : random.chance(ODD)) return random.pick(typesSince3)
  return random.pick(types)
}

function widened(random: Random, type: Json | undefined): Json {
  if (type === 'int') return 'long'
  if (type === 'float') return 'double'
  if (type === 'decimal(9,2)') return 'decimal(18, 2)'
  return random.chance(0.3) ? random.pick(types) : (type ?? 'long')
}

function withDefaults({ random, version }: Making, field: JsonObject): JsonObject {
  const type = field['type']
  const kind =
    typeof type === 'string' ? type.replace(/[[(].*/, '') : ((type as JsonObject)['type'] as string)
  const pool = defaults[kind]
  if (pool === undefined) return field
  const result: Record<string, Json | undefined> = { ...field }
  if (random.chance(version >= 3 ? 0.12 : 0.004)) result['initial-default'] = defaultFrom(random, pool)
  if (random.chance(0.08)) result['write-default'] = defaultFrom(random, pool)
  return result
}

/** Chooses a default value from a pool, usually one of its first values, which are valid. */
const defaultFrom = (random: Random, pool: readonly Json[]): Json =>
  random.pick(random.chance(0.75) ? pool.slice(0, Math.max(1, Math.ceil(pool.length / 4))) : pool)

function withIdentifiers(random: Random, schema: JsonObject): JsonObject {
  const { 'identifier-field-ids': identifierIds, ...rest } = schema
  if (random.chance(0.7)) return identifierIds === undefined || random.chance(0.3) ? rest : schema
  const fields = schema['fields'] as readonly JsonObject[]
  const able = fields.filter(
    ({ required, type }) =>
      required === true && typeof type === 'string' && !/float|double|var|unk|geo/i.test(type),
  )
  const ids = random.some(random.chance(0.04) ? fields : able, 2).map((field) => field['id'])
  return ids.length === 0 && able.length === 0
    ? rest
    : { ...rest, 'identifier-field-ids': [...new Set(ids)] as Json[] }
}
