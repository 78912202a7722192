import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listOverlaps } from '../../src/store/claim-overlaps.ts'
import { statement } from '../../src/store/sql.ts'
import { type TestStore, testStore } from '../store/database.ts'
import { resolveClaims } from '../../src/catalog/resolve-claims.ts'

const [warehouse, other, table, inner] = [1, 2, 3, 4].map((n) => `00000000-0000-4000-8000-00000000000${n}`)
const insertWarehouse = statement(
  'test_resolved_warehouse',
  `insert into warehouse (id, name, kind, storage, owner_id) values ($1, $2, 'managed', $3, $1)`,
)
const insertClaim = statement(
  'test_resolved_claim',
  `insert into location_claim (owner_id, warehouse_id, kind, location, place) values ($1, $2, 'relation', $3, 'unresolved:' || $3)`,
)
const forget = statement(
  'test_forget_marks',
  `with unmarked as (update location_claim set overlapping = false) update warehouse set claims_compared = false where name = $1`,
)
const compared = statement('test_compared', 'select bool_and(claims_compared) as done from warehouse')

let folder: string
let store: TestStore
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'headgate-resolve-'))
  store = await testStore()
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function add(id = '', name: string, directory: string): Promise<void> {
  const storage = JSON.stringify({ type: 'file', root: `file://${folder}/${directory}` })
  await store.sql.run(insertWarehouse, [id, name, storage])
}

async function readOverlaps(id = ''): Promise<(readonly [string, string])[]> {
  const found = await listOverlaps(store.sql, id, { after: null, limit: 10 })
  return found.map(({ outer, inner }) => [outer.ownerId, inner.ownerId] as const)
}

test('resolveClaims marks overlaps between location claims that an earlier version wrote', async () => {
  await add(warehouse, 'one', 'w1')
  await store.sql.run(insertClaim, [table, warehouse, `file://${folder}/w1/t/`])
  await store.sql.run(insertClaim, [inner, warehouse, `file://${folder}/w1/t/below/`])
  await resolveClaims(store.sql)
  expect(await readOverlaps(warehouse)).toEqual([[table, inner]])
})

test('resolveClaims marks overlaps that an interrupted earlier run left unmarked', async () => {
  await add(warehouse, 'one', 'w1')
  await store.sql.run(insertClaim, [table, warehouse, `file://${folder}/w1/t/`])
  await store.sql.run(insertClaim, [inner, warehouse, `file://${folder}/w1/t/below/`])
  await resolveClaims(store.sql)
  await store.sql.run(forget, ['one'])
  expect(await readOverlaps(warehouse)).toEqual([])
  await resolveClaims(store.sql)
  expect(await readOverlaps(warehouse)).toEqual([[table, inner]])
  expect(await store.sql.run(compared)).toEqual([{ done: true }])
})

test('resolveClaims marks an overlap after the root directory of a warehouse becomes a link into another warehouse', async () => {
  await mkdir(join(folder, 'w1'))
  await add(warehouse, 'one', 'w1')
  await add(other, 'two', 'w2')
  await resolveClaims(store.sql)
  expect(await readOverlaps(other)).toEqual([])
  await symlink(join(folder, 'w1'), join(folder, 'w2'))
  await resolveClaims(store.sql)
  expect(await readOverlaps(other)).toEqual([[warehouse, other]])
})
