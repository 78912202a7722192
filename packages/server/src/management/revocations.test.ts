import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bare, testTable } from '../../test/jobs/purge/table.ts'
import { insertNamespace } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import { statement } from '../store/sql.ts'
import { findWarehouse } from '../store/warehouses.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let lake: TestWarehouseManagement
let tableId: string
beforeAll(async () => {
  lake = await testWarehouseManagement()
  const { sql } = lake.deps
  for (const name of ['wh', 'other'])
    await admin('POST /warehouses', { name, storage: { type: 'file', root: `${lake.folder}/${name}` } })
  const warehouse = await lake.deps.warehouses.get('wh')
  if (warehouse === null) throw new Error('not made')
  const record = { ...bare, policyVersion: await policyVersion(sql) }
  const namespaceId = randomUUID()
  const { id: warehouseId, ownerId, root } = warehouse
  const namespace = {
    id: namespaceId,
    warehouseId,
    parentId: null,
    levels: ['sales'],
    ownerId,
    properties: {},
  }
  await insertNamespace(sql, namespace, record)
  const table = await testTable(sql, warehouse.storage, { warehouseId, namespaceId, root }, { record })
  tableId = table.id
})
afterAll(() => lake[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => lake.as(lake.server.admin, line, body)
const relation = statement(
  'test_relation_not_before',
  'select name, not_before as "notBefore", version from relation where id = $1',
)
interface Row {
  readonly name: string
  readonly notBefore: number
  readonly version: number
}
const row = async (): Promise<Row> => {
  const [found] = await lake.deps.sql.run<Row>(relation, [tableId])
  if (found === undefined) throw new Error('gone')
  return found
}

describe('revokeAccess', () => {
  it('ends issued access to one table, and not to other tables', async () => {
    const before = await row()
    expect(before.notBefore).toBe(0)
    const started = Date.now()
    const at = { namespace: ['sales'], table: before.name }
    const { status, body } = await admin('POST /warehouses/wh/revoke-access', at)
    expect(status).toBe(200)
    const after = await row()
    expect(Date.parse(body.notBefore)).toBe(after.notBefore)
    expect(after.notBefore).toBeGreaterThanOrEqual(started)
    expect(after.version).toBe(before.version)
    expect(await findWarehouse(lake.deps.sql, 'wh')).toMatchObject({ notBefore: 0 })
    const { events } = (await admin('GET /audit?operation=revokeAccess&pageSize=1')).body
    expect(events[0]).toMatchObject({ object: `wh:sales.${before.name}`, outcome: 'allowed' })
  })

  it('ends issued access to all of a warehouse, on every replica, and not to other warehouses', async () => {
    const seen: (string | null)[] = []
    await using _ = await lake.server.store.sql.listen('headgate', (payload) => seen.push(payload))
    const started = Date.now()
    expect(await admin('POST /warehouses/wh/revoke-access', {})).toMatchObject({ status: 200 })
    const { id, notBefore, version } = (await findWarehouse(lake.deps.sql, 'wh')) ?? {}
    expect(notBefore).toBeGreaterThanOrEqual(started)
    expect(version).toBe(1)
    expect((await lake.deps.warehouses.get('wh'))?.notBefore).toBe(notBefore)
    await expect.poll(() => seen).toContain(`warehouse:${id}`)
    expect(await findWarehouse(lake.deps.sql, 'other')).toMatchObject({ notBefore: 0 })
    await admin('POST /warehouses/wh/revoke-access', {})
    expect((await findWarehouse(lake.deps.sql, 'wh'))?.notBefore).toBeGreaterThan(notBefore ?? Infinity)
  })

  it('refuses a namespace, and callers that do not manage the object', async () => {
    const { name } = await row()
    const at = { namespace: ['sales'], table: name }
    expect(await admin('POST /warehouses/wh/revoke-access', { namespace: ['sales'] })).toMatchObject({
      status: 400,
    })
    expect(await admin('POST /warehouses/wh/revoke-access', { ...at, table: 'none' })).toMatchObject({
      status: 404,
    })
    const writer = await lake.principal({ privilege: 'modify', on: { warehouse: 'wh' } })
    expect(await lake.as(writer, 'POST /warehouses/wh/revoke-access', {})).toMatchObject({ status: 403 })
    expect(await lake.as(writer, 'POST /warehouses/wh/revoke-access', at)).toMatchObject({ status: 403 })
    const owner = await lake.principal({
      privilege: 'manage',
      on: { warehouse: 'wh', namespace: ['sales'], relation: name },
    })
    expect(await lake.as(owner, 'POST /warehouses/wh/revoke-access', {})).toMatchObject({ status: 403 })
    expect(await lake.as(owner, 'POST /warehouses/wh/revoke-access', at)).toMatchObject({ status: 200 })
  })
})
