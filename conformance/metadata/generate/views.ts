import type { Json, JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'
import { START, UUID } from '../sequence.ts'
import { damaged } from './damage.ts'
import { propertyValues } from './pools.ts'
import { evolvedSchema, randomSchema } from './schemas.ts'

const ODD = 0.02

type List = readonly JsonObject[]

/** Generates the updates that create a view. */
export function viewCreation(random: Random): readonly Json[] {
  const version = randomVersion(random, 0)
  return [
    { action: 'assign-uuid', uuid: UUID },
    { action: 'set-location', location: random.pick(['s3://b/v', 's3://b/v/']) },
    { action: 'set-properties', updates: random.chance(0.5) ? {} : viewProperties(random) },
    { action: 'add-schema', schema: randomSchema(random, 3) },
    { action: 'add-view-version', 'view-version': { ...version, 'version-id': 1, 'schema-id': -1 } },
    { action: 'set-current-view-version', 'view-version-id': -1 },
  ]
}

/** Generates the updates of one commit to a view with this metadata document. */
export function randomViewUpdates(random: Random, document: JsonObject, now: number): readonly Json[] {
  const updates: Json[] = []
  for (let more = 1 + random.int(3); more > 0; more--) updates.push(...someUpdates(random, document, now))
  return random.chance(0.08) ? [...updates.slice(0, -1), damaged(random, updates.at(-1) ?? null)] : updates
}

function someUpdates(random: Random, document: JsonObject, now: number): readonly Json[] {
  const schemas = (document['schemas'] ?? []) as List
  const versions = (document['versions'] ?? []) as List
  const schemaId = random.chance(0.5)
    ? -1
    : Number(random.pick([...schemas.map((it) => it['schema-id'] ?? 0), 0, 7]))
  const addSchema = {
    action: 'add-schema',
    schema: random.chance(0.5)
      ? { ...pickOne(random, schemas), 'schema-id': random.pick([0, 3]) }
      : evolvedSchema(random, 3, pickOne(random, schemas), 50),
  }
  const added = random.chance(0.2)
    ? { ...pickOne(random, versions), 'version-id': random.pick([1, 9]), 'timestamp-ms': now }
    : { ...randomVersion(random, schemaId), 'timestamp-ms': now }
  const addVersion = { action: 'add-view-version', 'view-version': added }
  switch (random.int(10)) {
    case 0:
      return [
        { action: 'assign-uuid', uuid: random.chance(0.8) ? UUID : '00000000-0000-0000-0000-000000000001' },
      ]
    case 1:
      return [{ action: 'upgrade-format-version', 'format-version': random.pick([1, 1, 1, 2, 0]) }]
    case 2:
      return [{ action: 'set-location', location: random.pick(['s3://b/v', 's3://b/v/', 's3://b/w', '']) }]
    case 3:
      return [{ action: 'set-properties', updates: viewProperties(random) }]
    case 4:
      return [{ action: 'remove-properties', removals: ['a', 'replace.drop-dialect.allowed'] }]
    case 5:
      return [addSchema]
    case 6:
      return [set(random.pick<Json>([-1, 0, ...versions.map((it) => it['version-id'] ?? 0)]))]
    case 7:
      return [addVersion]
    case 8:
      return [addVersion, set(-1)]
    default:
      return [addSchema, { ...addVersion, 'view-version': { ...added, 'schema-id': -1 } }, set(-1)]
  }
}

const set = (id: Json): JsonObject => ({ action: 'set-current-view-version', 'view-version-id': id })

function viewProperties(random: Random): JsonObject {
  const names = [
    'a',
    'version.history.num-entries',
    'replace.drop-dialect.allowed',
    'write.metadata.compression-codec',
  ]
  return Object.fromEntries(
    random
      .some(names, 2)
      .map((name) => [
        name,
        name.endsWith('allowed') ? random.pick(['true', 'false', 'TRUE']) : random.pick(propertyValues),
      ]),
  )
}

function randomVersion(random: Random, schemaId: number): JsonObject {
  return {
    'version-id': random.pick([1, 1, 2, 5, 0, -1]),
    'timestamp-ms': START + random.int(1000) * 7 + 1,
    'schema-id': schemaId,
    summary: random.chance(0.9) ? { 'engine-name': 'spark' } : {},
    ...(random.chance(0.2) ? { 'default-catalog': random.pick(['c', null, '']) } : {}),
    'default-namespace': random.pick<Json>([['ns'], ['a', 'b'], []]),
    representations: representations(random),
  }
}

function representations(random: Random): Json {
  const sql = (dialect: string): JsonObject => ({ type: 'sql', sql: `select ${random.int(4)}`, dialect })
  if (random.chance(ODD))
    return random.pick<Json>([
      [],
      [{ type: 'x', a: 1 }],
      [sql('spark'), sql('SPARK')],
      [{ ...sql('trino'), type: 'SQL' }],
      [{ type: 'sql', sql: '', dialect: '' }],
    ])
  return random.chance(0.8) ? [sql('spark')] : [sql('spark'), sql('trino')]
}

const pickOne = (random: Random, list: List): JsonObject => (list.length === 0 ? {} : random.pick(list))
