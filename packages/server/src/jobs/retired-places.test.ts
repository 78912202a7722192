import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clearAbandonedCreate } from '../catalog/orphans.ts'
import { replaceMethods } from '../../test/faults/replace-methods.ts'
import { fileTestPlaces } from '../../../storage/test/places.ts'
import { deleteRelation } from '../store/relation-moves.ts'
import { insertRelation } from '../store/relation-writes.ts'
import { listRetired, releaseRetired, type RetiredPlace } from '../store/retired-claims.ts'
import { statement } from '../store/sql.ts'
import { insertStaged } from '../store/staged-relations.ts'
import { updateWarehouse } from '../store/warehouse-writes.ts'
import { findWarehouse } from '../store/warehouses.ts'
import { openPurgeFixture, type PurgeFixture } from '../../test/jobs/purge/purge-fixture.ts'
import { currentRecord } from '../../test/jobs/purge/table.ts'
import { retiredPlacesSweep } from './retired-places.ts'

const passTime = statement(
  'test_pass_time',
  `with changed as (update warehouse set static_until = static_until - make_interval(secs => $1) where static_until <> 'infinity'),
   aged as (update relation set created_at = created_at - make_interval(secs => $1)),
   staged as (update staged_relation set created_at = created_at - make_interval(secs => $1), ends_at = ends_at - make_interval(secs => $1))
   update location_claim set ends_at = ends_at - make_interval(secs => $1)`,
)

let fixture: PurgeFixture
beforeEach(async () => {
  fixture = await openPurgeFixture()
})
afterEach(() => fixture[Symbol.asyncDispose]())

const hour = 3_600
const day = 86_400
const pass = (seconds: number): Promise<unknown> => fixture.store.sql.run(passTime, [seconds])

async function setMode(mode: 'static' | 'none'): Promise<void> {
  const vending = mode === 'static' ? { mode, longLivedKeysMayLeaveTheServer: true } : { mode }
  const { sql } = fixture.store
  const row = await findWarehouse(sql, 'lakehouse')
  if (row === null) throw new Error('no warehouse')
  expect(await updateWarehouse(sql, row, { ...row, vending }, await currentRecord(sql))).toBe(true)
}

function makeRow(name: string): Parameters<typeof insertRelation>[1] {
  const { place } = fixture
  const id = randomUUID()
  const location = `${place.root}/${name}`
  return {
    id,
    ...place,
    name,
    kind: 'table',
    uuid: id,
    metadataLocation: `${location}/m.json`,
    location,
    prefixes: [`${location}/`],
    places: fileTestPlaces([location]),
    storeName: null,
    isReserved: false,
    ownerId: id,
    definerId: null,
    body: null,
    refs: null,
    digest: '00',
  }
}

async function create(name: string, isReserved?: string): Promise<Parameters<typeof deleteRelation>[1]> {
  const { sql } = fixture.store
  const row = makeRow(name)
  const id = isReserved ?? row.id
  const all = { ...row, id, uuid: id, isReserved: isReserved !== undefined }
  expect(await insertRelation(sql, all, await currentRecord(sql))).toBe(true)
  const { namespaceId, metadataLocation } = row
  return { id, version: 1, namespaceId, name, metadataLocation }
}

async function stage(name: string): Promise<string> {
  const { sql } = fixture.store
  const row = makeRow(name)
  const staged = { ...row, path: 'sales', principalId: row.id, location: `${row.location}/`, seconds: hour }
  expect(await insertStaged(sql, staged, await currentRecord(sql))).toBe(true)
  return row.id
}

async function remove(rowVersion: Parameters<typeof deleteRelation>[1]): Promise<void> {
  const { sql } = fixture.store
  expect(await deleteRelation(sql, rowVersion, await currentRecord(sql))).toBe(true)
}

function retired(): Promise<RetiredPlace[]> {
  const { store, place } = fixture
  return listRetired(store.sql, place.warehouseId, { below: '', after: null, limit: 10 })
}

async function sweep(): Promise<void> {
  const { sql, log, warehouses } = fixture.deps
  await retiredPlacesSweep({ sql, log, warehouses }).run(AbortSignal.timeout(60_000))
}

describe('a location that a table left', () => {
  it('the cleanup job releases an empty location of a deleted table after 12 hours', async () => {
    await remove(await create('t'))
    await pass(11 * hour)
    await sweep()
    expect(await retired()).toHaveLength(1)
    await pass(hour)
    await sweep()
    expect(await retired()).toEqual([])
  })

  it('the cleanup job releases the location of a deleted table whose warehouse was deleted meanwhile', async () => {
    const { sql } = fixture.store
    const insert = statement(
      'test_retired_claim',
      `insert into location_claim (owner_id, warehouse_id, kind, location, place, ends_at)
       values ($1, $2, 'retired', $3, $3, now() + make_interval(secs => $4))`,
    )
    await sql.run(insert, [randomUUID(), randomUUID(), 'file:/gone/due/', -1])
    await sql.run(insert, [randomUUID(), randomUUID(), 'file:/gone/later/', 60])
    const warehouses = { get: () => Promise.resolve(null) }
    await retiredPlacesSweep({ sql, warehouses, log: fixture.deps.log }).run(new AbortController().signal)
    const left = statement('test_retired_left', 'select location from location_claim')
    expect(await sql.run(left)).toEqual([{ location: 'file:/gone/later/' }])
  })

  it('the location of a deleted table with long-lived credentials (vending mode static) stays reserved until an administrator releases it, also after the mode changed', async () => {
    await setMode('static')
    const [first, second] = [await create('a'), await create('b')]
    await remove(first)
    await setMode('none')
    await pass(30 * day)
    await remove(second)
    await pass(30 * day)
    await sweep()
    const { store, place } = fixture
    expect(await retired()).toMatchObject([
      { location: `${place.root}/a/`, checkedAgainAt: null },
      { location: `${place.root}/b/`, checkedAgainAt: null },
    ])
    const record = await currentRecord(store.sql)
    expect(await releaseRetired(store.sql, place.warehouseId, `${place.root}/`, record)).toBe(2)
    expect(await retired()).toEqual([])
  })

  it('the cleanup job releases the location of a deleted table that was created after the warehouse left the vending mode static', async () => {
    await setMode('static')
    await setMode('none')
    await pass(hour)
    await remove(await create('t'))
    await pass(day)
    await sweep()
    expect(await retired()).toEqual([])
  })

  it('the location of a deleted table that was staged in vending mode static and created later stays reserved', async () => {
    await setMode('static')
    const id = await stage('t')
    await setMode('none')
    await pass(hour / 2)
    await remove(await create('t', id))
    await pass(day)
    await sweep()
    expect(await retired()).toMatchObject([{ checkedAgainAt: null }])
  })
})

describe('the location of a reservation that ended', () => {
  it('the cleanup job releases an empty location after the reservation of a staged table ended, but not in vending mode static', async () => {
    await stage('short-lived')
    await pass(2 * hour)
    await sweep()
    expect(await retired()).toEqual([])
    await setMode('static')
    await stage('static')
    await pass(2 * hour)
    await sweep()
    expect(await retired()).toMatchObject([{ kind: 'retired', checkedAgainAt: null }])
  })

  it('the location of an ended reservation is reserved again while its files are deleted, and stays reserved afterwards', async () => {
    await setMode('static')
    const id = await stage('t')
    await pass(2 * hour)
    await sweep()
    const { deps, storage, place } = fixture
    await storage.put(`${place.root}/t/data`, Buffer.from('x'))
    const warehouse = await deps.warehouses.get('lakehouse')
    if (warehouse === null) throw new Error('no warehouse')
    const record = await currentRecord(deps.sql)
    const whileClearing: RetiredPlace[][] = []
    const watched = {
      ...warehouse,
      storage: replaceMethods(storage, {
        async deleteMany(...args) {
          whileClearing.push(await retired())
          return storage.deleteMany(...args)
        },
      }),
    }
    const { policyVersion } = record
    const at = { id, seconds: hour, policyVersion, until: Date.now() + 60_000 }
    const { done } = await clearAbandonedCreate(
      deps.sql,
      watched,
      at,
      () => record,
      AbortSignal.timeout(60_000),
    )
    expect([done, whileClearing]).toEqual([true, [[]]])
    expect(await retired()).toMatchObject([{ kind: 'retired', checkedAgainAt: null }])
  })
})
