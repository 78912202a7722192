import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listForeignHomes, listOverlaps } from '../../src/store/claim-overlaps.ts'
import { forgetDropped } from '../../src/store/dropped-relations.ts'
import {
  findConflict,
  findForeignPlaces,
  findOwnPrefixes,
  findRelationsAround,
  findUsablePlaces,
  reuseRetired,
} from '../../src/store/location-claims.ts'
import { insertNamespaceLocation } from '../../src/store/namespace-locations.ts'
import { deleteAbandonedCreate, markClearing } from '../../src/store/orphans.ts'
import { policyVersion } from '../../src/store/policies.ts'
import { deleteRelation } from '../../src/store/relation-moves.ts'
import { insertRelation, type NewRelation, replacePrefixes } from '../../src/store/relation-writes.ts'
import {
  holdClaim,
  listDueClaims,
  listRetired,
  postponeClaim,
  releaseClaim,
  releaseRetired,
} from '../../src/store/retired-claims.ts'
import type { Queryable } from '../../src/store/sql.ts'
import {
  findAttempts,
  findStaged,
  insertStaged,
  lockAttempts,
  removeAttempts,
} from '../../src/store/staged-relations.ts'
import {
  fillClaims,
  recordAt,
  recordStatements,
  tablesScanned,
  testHome,
  testRoot,
  testRootPlace,
} from './claims.ts'
import { type TestStore, testStore } from './database.ts'
import {
  findWarehouseConflict,
  listUnresolved,
  replaceWarehouseClaims,
} from '../../src/store/warehouse-claims.ts'

const tables = 10_000

let store: TestStore
beforeAll(async () => {
  store = await testStore()
  await fillClaims(store.url, tables)
})
afterAll(() => store[Symbol.asyncDispose]())

/** Runs operations, and returns the large tables that their statements read without a selective index. */
async function scanned(work: (sql: Queryable, version: number) => Promise<unknown>): Promise<string[]> {
  const version = await policyVersion(store.sql)
  const ran = await recordStatements(store.sql, (tx) => work(tx, version))
  expect(ran.length).toBeGreaterThan(0)
  return tablesScanned(store.url, ran)
}

const { warehouseId, namespaceId, principalId, storeName } = testHome
const chosen = {
  locations: [`${testRoot}x/y/`],
  places: [`${testRootPlace}x/y/`],
  ancestors: ['localhost:9000/', 'localhost:9000/lake/', testRootPlace, `${testRootPlace}x/`],
  storeName,
}
const attempt = { warehouseId, namespaceId, path: 'n', name: 'new', principalId }

function newRelation(id: string): NewRelation {
  return {
    ...testHome,
    id,
    name: id,
    kind: 'table',
    uuid: id,
    metadataLocation: `${testRoot}${id}/m.json`,
    location: `${testRoot}${id}`,
    prefixes: [`${testRoot}${id}/`],
    places: [`${testRootPlace}${id}/`],
    isReserved: false,
    ownerId: principalId,
    definerId: null,
    body: null,
    refs: null,
    digest: '00',
  }
}

describe(`statements on the claims of ${tables} tables read few rows, by an index`, () => {
  test('statements that create, stage, commit and move tables read few rows, by an index', async () => {
    const id = randomUUID()
    const seconds = 3_600
    const staged = { ...attempt, ...chosen, id, uuid: id, location: chosen.locations[0] ?? '', seconds }
    expect(
      await scanned(async (sql, version) => {
        const record = recordAt(version)
        await insertStaged(sql, { ...staged, prefixes: chosen.locations }, record)
        await findStaged(sql, staged)
        await insertRelation(sql, newRelation(id), record)
        await replacePrefixes(sql, { id, warehouseId }, chosen)
      }),
    ).toEqual([])
  })

  test('the comparison of a chosen location with all claims, and the reuse of earlier staged creates, read few rows, by an index', async () => {
    const owner = { ownerIds: [randomUUID()], warehouseId, reusesRetired: false }
    expect(
      await scanned(async (sql) => {
        await findConflict(sql, chosen, owner)
        await findConflict(sql, { ...chosen, places: [testRootPlace] }, { ...owner, reusesRetired: true })
        await findUsablePlaces(sql, owner.ownerIds, [namespaceId])
        await findRelationsAround(sql, chosen.ancestors)
        await reuseRetired(sql, chosen.places)
        await findAttempts(sql, attempt, chosen.places)
        await lockAttempts(sql, attempt, chosen.places)
        await removeAttempts(sql, [randomUUID()])
        await insertNamespaceLocation(sql, namespaceId, {
          location: `${testRoot}x/`,
          place: `${testRootPlace}x/`,
          storeName,
        })
      }),
    ).toEqual([])
  })

  test('the search for claims of other owners during a purge, and the deletion of a table, read few rows, by an index', async () => {
    const id = randomUUID()
    const rowVersion = { id, version: 1, namespaceId, name: 't', metadataLocation: 'm' }
    expect(
      await scanned(async (sql, version) => {
        await findForeignPlaces(sql, chosen.ancestors, { id, warehouseId, storeName })
        await findOwnPrefixes(sql, id)
        await deleteRelation(sql, rowVersion, recordAt(version))
        await forgetDropped(sql, [id], [])
      }),
    ).toEqual([])
  })

  test('statements that create, change and compare warehouses read few rows, by an index', async () => {
    const root = { kind: 'root', location: testRoot, place: testRootPlace } as const
    expect(
      await scanned(async (sql) => {
        await findWarehouseConflict(sql, warehouseId, chosen.places, chosen.ancestors)
        await replaceWarehouseClaims(sql, warehouseId, [root])
        await listUnresolved(sql, warehouseId, 1_000)
        await listForeignHomes(sql, warehouseId, 5)
      }),
    ).toEqual([])
  })

  test('statements that list, check and release overlaps and reserved locations read few rows, by an index', async () => {
    const claim = {
      ownerId: randomUUID(),
      warehouse: 'w1',
      warehouseId,
      location: `${testRoot}left/1/`,
      kind: 'retired',
      hasStaticKeys: false,
    } as const
    const after = { location: `${testRoot}left/1/`, ownerId: claim.ownerId }
    expect(
      await scanned(async (sql, version) => {
        const record = recordAt(version)
        await listOverlaps(sql, warehouseId, { after: null, limit: 100 })
        await listRetired(sql, warehouseId, { below: '', after: null, limit: 100 })
        await listRetired(sql, warehouseId, { below: `${testRoot}left/`, after, limit: 100 })
        await listDueClaims(sql, 100)
        await releaseClaim(sql, claim)
        await postponeClaim(sql, claim, 60)
        await holdClaim(sql, claim)
        await markClearing(sql, { id: claim.ownerId, warehouseId }, chosen)
        await deleteAbandonedCreate(sql, claim.ownerId, record)
        await releaseRetired(sql, warehouseId, `${testRoot}left/1/`, record)
      }),
    ).toEqual([])
  })
})
