import type { Json, JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'
import { oddTransforms, transforms } from './pools.ts'

const ODD = 0.02

/** Column of a schema: its id, its full name, and whether it is inside a list or map. */
interface Column {
  readonly id: number
  readonly name: string
  readonly type: Json | undefined
}

/** Returns the fields of a schema, including the fields inside structs. */
function listColumns(schema: JsonObject, prefix = ''): readonly Column[] {
  const fields = (schema['fields'] ?? []) as readonly JsonObject[]
  return fields.flatMap((field) => {
    const name = `${prefix}${field['name'] as string}`
    const type = field['type']
    const own = { id: Number(field['id']), name, type }
    const nested = typeof type === 'object' && type !== null ? (type as JsonObject) : undefined
    return nested?.['type'] === 'struct' ? [own, ...listColumns(nested, `${name}.`)] : [own]
  })
}

/** Generates a partition spec for a schema, in the form of a client request. */
export function randomSpec(
  random: Random,
  version: number,
  schema: JsonObject,
  lastPartitionId = 999,
): JsonObject {
  const columns = listColumns(schema)
  const count = columns.length === 0 ? 0 : random.int(4)
  const ids = random.pick(['none', 'none', 'next', 'first', 'odd'] as const)
  const fields = Array.from({ length: count }, (_, index): JsonObject => {
    const source = random.pick(columns)
    const transform = transformFor(random, source.type)
    const name = random.chance(ODD)
      ? random.pick(['', source.name, 'a', 'b'])
      : transform === 'identity' && random.chance(0.6)
        ? source.name
        : `p${index}_${random.int(3)}`
    return {
      name,
      transform,
      ...sources(random, version, source.id),
      ...toId(random, ids, index, lastPartitionId),
    }
  })
  return { 'spec-id': random.pick([0, 0, 1, 5]), fields }
}

/** Generates a sort order for a schema, in the form of a client request. */
export function randomOrder(random: Random, version: number, schema: JsonObject): JsonObject {
  const columns = listColumns(schema)
  const count = columns.length === 0 ? 0 : random.int(3)
  const fields = Array.from({ length: count }, (): JsonObject => {
    const source = random.pick(columns)
    return {
      transform: transformFor(random, source.type),
      ...sources(random, version, source.id),
      direction: random.chance(ODD) ? random.pick(['ASC', 'up']) : random.pick(['asc', 'desc']),
      'null-order': random.chance(ODD)
        ? random.pick(['NULLS-FIRST', 'first'])
        : random.pick(['nulls-first', 'nulls-last']),
    }
  })
  const right = count === 0 ? 0 : 1 + random.int(3)
  return { 'order-id': random.chance(ODD) ? random.pick([0, 1, -1]) : right, fields }
}

function transformFor(random: Random, type: Json | undefined): string {
  if (random.chance(ODD)) return random.pick(oddTransforms)
  if (random.chance(0.05)) return random.pick(transforms)
  const text = typeof type === 'string' ? type.toLowerCase() : ''
  if (text.startsWith('timestamp'))
    return random.pick(['identity', 'bucket[4]', 'year', 'month', 'day', 'hour', 'void'])
  if (text === 'date') return random.pick(['identity', 'bucket[4]', 'year', 'month', 'day', 'void'])
  if (/^(int|long|string|binary|decimal)/.test(text))
    return random.pick(['identity', 'bucket[4]', 'truncate[3]', 'void'])
  if (/^(time|uuid|fixed)/.test(text)) return random.pick(['identity', 'bucket[16]', 'void'])
  return random.pick(['identity', 'void'])
}

function sources(random: Random, version: number, id: number): JsonObject {
  const source = random.chance(0.01) ? 99 : id
  if (!random.chance(0.004)) return { 'source-id': source }
  return version >= 3 ? { 'source-ids': [source] } : { 'source-id': null, 'source-ids': [source, 1] }
}

function toId(
  random: Random,
  ids: 'none' | 'next' | 'first' | 'odd',
  index: number,
  last: number,
): JsonObject {
  if (ids === 'none') return {}
  if (ids === 'next') return { 'field-id': last + 1 + index }
  if (ids === 'first') return { 'field-id': 1000 + index }
  return random.chance(0.8) ? { 'field-id': random.pick([1000, 1001, 1005, 999, 0, -1]) } : {}
}
