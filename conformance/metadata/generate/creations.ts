import type { Json, JsonObject } from '@headgate/json'
import type { Random } from '../../attack/random.ts'
import { UUID } from '../sequence.ts'
import { damaged } from './damage.ts'
import { randomOrder, randomSpec } from './partitioning.ts'
import { randomSchema } from './schemas.ts'
import { randomProperties } from './table-updates.ts'

/** Generates the body of a createTable request. */
export function randomCreation(random: Random): JsonObject {
  const version = random.pick([1, 2, 2, 3, 3])
  const schema = randomSchema(random, version, random.pick([0, 1, 1, 1, 10]))
  const properties = {
    ...randomProperties(random),
    ...(version === 2 && random.chance(0.8) ? {} : { 'format-version': String(version) }),
  }
  const body: JsonObject = {
    name: 't',
    location: random.chance(0.95) ? 's3://b/t' : random.pick(['s3://b/t/', 's3://b/t//']),
    schema,
    ...(random.chance(0.6) ? { 'partition-spec': randomSpec(random, version, schema) } : {}),
    ...(random.chance(0.4) ? { 'write-order': randomOrder(random, version, schema) } : {}),
    ...(random.chance(0.9) ? { properties } : {}),
  }
  if (!random.chance(0.1)) return body
  const broken = damaged(random, {
    schema,
    'partition-spec': body['partition-spec'] ?? { 'spec-id': 0, fields: [] },
  })
  return { ...body, ...(broken as JsonObject) }
}

/** Generates the updates of the commit with which a client creates a staged table. */
export function stagedUpdates(random: Random, staged: JsonObject): readonly Json[] {
  const version = Number(staged['format-version'])
  const first = (name: string): JsonObject => ((staged[name] ?? []) as readonly JsonObject[])[0] ?? {}
  const updates: JsonObject[] = [
    { action: 'assign-uuid', uuid: UUID },
    { action: 'upgrade-format-version', 'format-version': version },
    { action: 'add-schema', schema: first('schemas') },
    { action: 'set-current-schema', 'schema-id': -1 },
    { action: 'add-spec', spec: first('partition-specs') },
    { action: 'set-default-spec', 'spec-id': -1 },
    { action: 'add-sort-order', 'sort-order': first('sort-orders') },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
    { action: 'set-location', location: staged['location'] },
    { action: 'set-properties', updates: staged['properties'] },
  ]
  if (random.chance(0.2)) updates.splice(random.int(updates.length), 1)
  if (random.chance(0.15)) {
    const [moved] = updates.splice(random.int(updates.length), 1)
    if (moved !== undefined) updates.splice(random.int(updates.length), 0, moved)
  }
  return updates
}
