import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { findConflict, findForeignPlaces } from '../../src/store/location-claims.ts'
import { insertNamespace } from '../../src/store/namespaces.ts'
import { policyVersion } from '../../src/store/policies.ts'
import { insertRelation, type NewRelation } from '../../src/store/relation-writes.ts'
import type { CommitRecord } from '../../src/store/commit-record.ts'
import { statement } from '../../src/store/sql.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

let fixture: TestWarehouseManagement
beforeEach(async () => {
  fixture = await testWarehouseManagement()
})
afterEach(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)

/** Creates a warehouse in the bucket `lake` of a store at 127.0.0.1, and returns its id. */
async function warehouse(
  name: string,
  port: number,
  prefix: string,
  allowed: string[] = [],
): Promise<string> {
  const storage = {
    type: 's3',
    bucket: 'lake',
    prefix,
    endpoint: `http://127.0.0.1:${port}`,
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'never-shown',
  }
  const made = await admin('POST /warehouses', { name, storage, allowedLocations: allowed, skipProbe: true })
  expect(made).toMatchObject({ status: 201 })
  return made.body.id
}

const insertClaim = statement(
  'test_store_claim',
  'insert into location_claim (owner_id, warehouse_id, kind, location, place) values (gen_random_uuid(), $1, $2, $3, $4)',
)
const claim = (warehouseId: string, kind: string, key: string, store: string): Promise<unknown> =>
  fixture.deps.sql.run(insertClaim, [warehouseId, kind, `s3://lake/${key}/`, `${store}/lake/${key}/`])

const all = statement(
  'test_store_all',
  `select place as text from location_claim
   union all select 'granted ' || place from namespace_location
   union all select name || ' ' || coalesce(storage ->> 'store', '-') from warehouse order by 1`,
)
const state = async (): Promise<string[]> =>
  (await fixture.deps.sql.run<{ text: string }>(all)).map(({ text }) => text)

const record = async (): Promise<CommitRecord> => ({
  policyVersion: await policyVersion(fixture.deps.sql),
  audit: [],
  idempotency: null,
})

async function namespaceIn(warehouseId: string): Promise<string> {
  const id = randomUUID()
  await insertNamespace(
    fixture.deps.sql,
    { id, warehouseId, parentId: null, levels: ['sales'], ownerId: id, properties: {} },
    await record(),
  )
  return id
}

describe('a new store name of a warehouse', () => {
  test('a new store name is set on all location claims and granted locations of warehouses with the same endpoint, and on no others', async () => {
    const one = await warehouse('one', 9001, 'w1', ['s3://lake/more'])
    const two = await warehouse('two', 9001, 'w2')
    await warehouse('three', 9002, 'w1')
    for (const kind of ['relation', 'staged', 'retired'])
      await claim(one, kind, `w1/${kind}`, 'localhost:9001')
    await claim(two, 'relation', 'gone/t', 'localhost:9001')
    await namespaceIn(one)
    const granted = await admin('POST /warehouses/one/namespace/locations', {
      namespace: ['sales'],
      location: 's3://lake/w1/landing',
    })
    expect(granted.status).toBeLessThan(300)
    expect(await admin('PATCH /warehouses/one', { store: 'main' })).toMatchObject({
      status: 200,
      body: { storage: { store: 'main' }, hasSecret: true },
    })
    expect(await state()).toEqual([
      'granted store:main/lake/w1/landing/',
      'localhost:9002/lake/w1/',
      'one main',
      'store:main/lake/gone/t/',
      'store:main/lake/more/',
      'store:main/lake/w1/',
      'store:main/lake/w1/relation/',
      'store:main/lake/w1/retired/',
      'store:main/lake/w1/staged/',
      'store:main/lake/w2/',
      'three -',
      'two main',
    ])
    const [event] = (await admin('GET /audit?operation=updateWarehouse&pageSize=1')).body.events
    expect(event).toMatchObject({ object: 'one', detail: { store: 'main', others: ['two'] } })
    expect(await admin('PATCH /warehouses/two', { store: null })).toMatchObject({ status: 200 })
    expect(await state()).toContain('localhost:9001/lake/w1/relation/')
    expect(await state()).toContain('one -')
  })

  test('two endpoints with one store name are one store: a location of a warehouse on one endpoint is refused for the other endpoint', async () => {
    await warehouse('one', 9001, 'w1')
    await warehouse('two', 9002, 'w2')
    const allow = { allowedLocations: ['s3://lake/w1/below'] }
    expect(await admin('PATCH /warehouses/one', { store: 'main' })).toMatchObject({ status: 200 })
    expect(await admin('PATCH /warehouses/two', { store: 'main' })).toMatchObject({ status: 200 })
    expect(await admin('PATCH /warehouses/two', allow)).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('a location of warehouse one') as string } },
    })
  })

  test('the server refuses a store name if existing locations would then overlap, names the first overlap, and changes nothing', async () => {
    const one = await warehouse('one', 9001, 'w1')
    const two = await warehouse('two', 9002, 'w2')
    expect(await admin('PATCH /warehouses/one', { store: 'main' })).toMatchObject({ status: 200 })
    // Both tables are outside the current allowed locations of their warehouses.
    await claim(one, 'relation', 'shared/a/b', 'store:main')
    await claim(two, 'relation', 'shared/a', 'localhost:9002')
    const before = await state()
    expect(await admin('PATCH /warehouses/two', { store: 'main' })).toMatchObject({
      status: 409,
      body: {
        error: {
          message:
            'With the store name "main", two warehouses would share a location: the table or view at s3://lake/shared/a/ of warehouse two is or contains the table or view at s3://lake/shared/a/b/ of warehouse one. Nothing was changed. Move or remove one of the two first.',
        },
      },
    })
    expect(await state()).toEqual(before)
  })

  test('the server refuses one store name for two warehouses that an earlier version created at the same location', async () => {
    await warehouse('one', 9001, 'w')
    await warehouse('two', 9002, 'w')
    expect(await admin('PATCH /warehouses/one', { store: 'main' })).toMatchObject({ status: 200 })
    const before = await state()
    const refused = await admin('PATCH /warehouses/two', { store: 'main' })
    expect(refused).toMatchObject({ status: 409 })
    expect(refused.body.error.message).toMatch(
      /the root s3:\/\/lake\/w\/ of warehouse (one|two) is or contains the root/,
    )
    expect(await state()).toEqual(before)
  })

  test('the server refuses a store name for a directory warehouse, a malformed store name, and other changes in the same request', async () => {
    await warehouse('one', 9001, 'w1')
    await admin('POST /warehouses', { name: 'dir', storage: { type: 'file', root: `${fixture.folder}/dir` } })
    for (const [name, change] of [
      ['dir', { store: 'main' }],
      ['one', { store: 'main', retentionSeconds: 5 }],
      ['one', { store: 'Not A Name' }],
    ] as const)
      expect(await admin(`PATCH /warehouses/${name}`, change), JSON.stringify(change)).toMatchObject({
        status: 400,
      })
    expect(await state()).toContain('one -')
  })
})

describe('the right to give a store another name', () => {
  const custodian = (...names: string[]): Promise<ProvenIdentity> =>
    fixture.principal(
      ...names.map((name) => ({ privilege: 'administer-storage', on: { warehouse: name } as const })),
    )
  const name = (who: ProvenIdentity, warehouse: string, store: string): Promise<Reply> =>
    fixture.as(who, `PATCH /warehouses/${warehouse}`, { store })

  test('a change of the store name requires administer-storage, and not manage, on every warehouse with the same endpoint', async () => {
    await warehouse('one', 9001, 'w1')
    await warehouse('two', 9001, 'w2')
    const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: 'one' } })
    expect(await name(manager, 'one', 'main')).toMatchObject({ status: 403 })
    const half = await name(await custodian('one'), 'one', 'main')
    expect(half).toMatchObject({ status: 403 })
    expect(half.body.error.message).not.toContain('two')
    expect(await state()).toContain('one -')
    expect(await name(await custodian('one', 'two'), 'one', 'main')).toMatchObject({ status: 200 })
  })

  test('a caller cannot give its warehouse the store name of a warehouse that it does not administer', async () => {
    await warehouse('one', 9001, 'w1')
    await warehouse('two', 9002, 'w2')
    await admin('PATCH /warehouses/one', { store: 'main' })
    expect(await name(await custodian('two'), 'two', 'main')).toMatchObject({ status: 403 })
    expect(await name(await custodian('one', 'two'), 'two', 'main')).toMatchObject({ status: 200 })
  })
})

describe('while a warehouse gets another store name,', () => {
  async function table(warehouseId: string): Promise<NewRelation> {
    const id = randomUUID()
    return {
      id,
      warehouseId,
      namespaceId: await namespaceIn(warehouseId),
      name: 't',
      kind: 'table',
      uuid: id,
      metadataLocation: 's3://lake/w1/t/m.json',
      location: 's3://lake/w1/t',
      prefixes: ['s3://lake/w1/t/'],
      places: ['localhost:9001/lake/w1/t/'],
      storeName: null,
      isReserved: false,
      ownerId: id,
      definerId: null,
      body: null,
      refs: null,
      digest: '00',
    }
  }

  test('a location claim that was written before a change of the store name gets the new name', async () => {
    const one = await warehouse('one', 9001, 'w1')
    const { sql } = fixture.deps
    const row = await table(one)
    const allowed = await record()
    let change: Promise<Reply> | undefined
    await sql.transaction(async (tx) => {
      expect(await insertRelation(tx, row, allowed)).toBe(true)
      change = admin('PATCH /warehouses/one', { store: 'main' })
      await expect.poll(async () => (await sql.run<{ n: number }>(waiting))[0]?.n).toBe(1)
    })
    expect(await change).toMatchObject({ status: 200 })
    expect(await state()).toContain('store:main/lake/w1/t/')
  })

  test('a location claim with the former store name is refused, also when its transaction waited for the change of the name', async () => {
    const one = await warehouse('one', 9001, 'w1')
    const { sql } = fixture.deps
    const row = await table(one)
    const allowed = await record()
    let insert: Promise<boolean> | undefined
    await sql.transaction(async (tx) => {
      await tx.run(lockRow, [one])
      await tx.run(renameRow, [one])
      insert = insertRelation(sql, row, allowed)
      await expect.poll(async () => (await sql.run<{ n: number }>(waiting))[0]?.n).toBe(1)
    })
    expect(await insert).toBe(false)
    expect(await insertRelation(sql, row, allowed)).toBe(false)
    const places = ['store:main/lake/w1/t/']
    expect(await insertRelation(sql, { ...row, storeName: 'main', places }, allowed)).toBe(true)
  })

  test('a purge that began before a change of the store name does not compare locations under the former name', async () => {
    const one = await warehouse('one', 9001, 'w1')
    await claim(one, 'relation', 'w1/t', 'localhost:9001')
    const { sql } = fixture.deps
    const owner = { id: randomUUID(), warehouseId: one, storeName: null }
    const places = ['localhost:9001/lake/w1/t/']
    expect(await findForeignPlaces(sql, places, owner)).toEqual(places)
    await admin('PATCH /warehouses/one', { store: 'main' })
    expect(await findForeignPlaces(sql, places, owner)).toBeNull()
    const claimed = { places: ['store:main/lake/w1/t/'], ancestors: [] }
    const asOther = { ownerIds: [], warehouseId: randomUUID(), reusesRetired: false }
    expect(await findConflict(sql, claimed, asOther)).toBe('relation')
  })
})

const lockRow = statement('test_store_lock', 'select id from warehouse where id = $1 for update')
const renameRow = statement(
  'test_store_rename_row',
  `update warehouse set storage = jsonb_set(storage, '{store}', '"main"') where id = $1`,
)
const waiting = statement(
  'test_store_waiting',
  `select count(*)::int as n from pg_stat_activity
   where datname = current_database() and wait_event_type = 'Lock' and wait_event in ('transactionid', 'tuple')`,
)
