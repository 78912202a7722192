import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StorageProfile } from '@headgate/storage'
import { findConflict } from '../store/location-claims.ts'
import { statement } from '../store/sql.ts'
import { type TestStore, testStore } from '../../test/store/database.ts'
import { replaceWarehouseClaims } from '../store/warehouse-claims.ts'
import { checkWarehousePlaces, warehouseClaims } from './check-place.ts'
import { resolveClaims } from './resolve-claims.ts'

const [first, second, relation] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
const insertWarehouse = statement(
  'test_place_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id) values ($1, $2, 'managed', $3, $1)`,
)
const insertClaim = statement(
  'test_place_claim',
  `insert into location_claim (owner_id, warehouse_id, kind, location, place) values ($1, $2, 'relation', $3, 'unresolved:' || $3)`,
)

let folder: string
let store: TestStore
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-check-place-'))
  store = await testStore()
})
afterAll(async () => {
  await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function check(profile: StorageProfile, allowed: readonly string[] = []): Promise<void> {
  await checkWarehousePlaces(store.sql, second ?? '', profile, warehouseClaims(profile, allowed))
}

test('a warehouse cannot allow a location that contains, equals or is inside the directory of another warehouse, also through a symbolic link', async () => {
  await store.sql.run(insertWarehouse, [
    first,
    'one',
    JSON.stringify({ type: 'file', root: `file://${folder}/w1`, bucket: 'label' }),
  ])
  // These claims have the form of an earlier version. One claim overlaps the root of a later warehouse.
  await store.sql.run(insertClaim, [relation, first, 's3://label/t/'])
  expect(await resolveClaims(store.sql)).toEqual([])
  await mkdir(join(folder, 'w1'))
  await symlink(join(folder, 'w1'), join(folder, 'link'))
  const own: StorageProfile = { type: 'file', root: `file://${folder}/w2` }
  for (const location of [`${folder}/w1`, `${folder}/w1/t`, folder, `${folder}/link/below`])
    await expect(check(own, [`file://${location}`]), location).rejects.toMatchObject({
      code: 'already-exists',
    })
  await expect(check(own)).resolves.toBeUndefined()
})

test('location claims of an earlier version are resolved to directories at the start, so that overlaps with them are found', async () => {
  const owner = { ownerIds: [], warehouseId: second ?? '', reusesRetired: false }
  const at = (place: string) => findConflict(store.sql, { places: [place], ancestors: [] }, owner)
  expect(await at(`file:${folder}/w1/t/`)).toBe('relation')
  expect(await at(`file:${folder}/w1/u/`)).toBeNull()
})

test('buckets with the same name on two stores do not overlap, but a store with two names is refused', async () => {
  const s3 = { type: 's3', bucket: 'lake', region: 'us-east-1', credentials: 'default-chain' } as const
  const owner = { ...s3, endpoint: 'https://one.example' }
  await store.sql.run(insertWarehouse, [relation, 'three', JSON.stringify(owner)])
  await replaceWarehouseClaims(store.sql, relation ?? '', warehouseClaims(owner, []))
  await expect(check({ ...s3, endpoint: 'https://two.example' })).resolves.toBeUndefined()
  await expect(check({ ...s3, endpoint: 'http://ONE.example:80/' })).rejects.toMatchObject({
    code: 'already-exists',
  })
  await expect(check({ ...owner, store: 'other' })).rejects.toMatchObject({ code: 'conflict' })
})
