import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { bumpPolicy, bumpPolicyFrom, lockPolicy, policyVersion } from './policies.ts'
import { testStore } from '../../test/store/database.ts'
import { insertWarehouse, updateWarehouse } from './warehouse-writes.ts'
import { findWarehouseById, type WarehouseContent } from './warehouses.ts'

const content: WarehouseContent = {
  storage: {},
  storageSecret: null,
  upstream: null,
  upstreamSecret: null,
  allowedLocations: [],
  defaults: {},
  overrides: {},
  vending: {},
  retentionSeconds: 0,
  protected: false,
}

test('a warehouse gets a different version each time that the same change is rolled back and made again', async () => {
  await using store = await testStore()
  const { sql } = store
  const record = { policyVersion: await policyVersion(sql), audit: [], idempotency: null }
  const id = randomUUID()
  await insertWarehouse(sql, { ...content, id, name: 'w', ownerId: randomUUID() }, record)
  const versions = new Set<number | undefined>()
  for (let branch = 0; branch < 3; branch += 1) {
    const lost = sql.transaction(async (tx) => {
      expect(await updateWarehouse(tx, { id, version: 1 }, content, record)).toBe(true)
      versions.add((await findWarehouseById(tx, id))?.version)
      throw new Error('this change is lost')
    })
    await expect(lost).rejects.toThrow('this change is lost')
  }
  expect(versions.size).toBe(3)
})

test('bumpPolicyFrom and lockPolicy succeed only when the policy has the version that the caller passes', async () => {
  await using store = await testStore()
  const { sql } = store
  const first = await policyVersion(sql)
  const second = await sql.transaction((tx) => bumpPolicyFrom(tx, first))
  expect(await policyVersion(sql)).toBe(second)
  expect(await sql.transaction((tx) => bumpPolicyFrom(tx, first))).toBe(null)
  expect(await sql.transaction((tx) => lockPolicy(tx, first))).toBe(false)
  expect(await sql.transaction((tx) => lockPolicy(tx, second ?? 0))).toBe(true)
  expect(Number.isSafeInteger(await sql.transaction((tx) => bumpPolicy(tx)))).toBe(true)
})
