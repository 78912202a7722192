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

let fixture: TestWarehouseManagement
let tableId: string
beforeAll(async () => {
  fixture = await testWarehouseManagement()
  const { sql } = fixture.deps
  for (const name of ['wh', 'other'])
    await admin('POST /warehouses', { name, storage: { type: 'file', root: `${fixture.folder}/${name}` } })
  const warehouse = await fixture.deps.warehouses.get('wh')
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
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)
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
  const [found] = await fixture.deps.sql.run<Row>(relation, [tableId])
  if (found === undefined) throw new Error('gone')
  return found
}

describe('revokeAccess', () => {
  it('revokeAccess ends issued storage access to one table, and not to other tables', async () => {
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
    expect(await findWarehouse(fixture.deps.sql, 'wh')).toMatchObject({ notBefore: 0 })
    const { events } = (await admin('GET /audit?operation=revokeAccess&pageSize=1')).body
    expect(events[0]).toMatchObject({ object: `wh:sales.${before.name}`, outcome: 'allowed' })
  })

  it('revokeAccess ends issued storage access to a whole warehouse on every replica, and not to other warehouses', async () => {
    const seen: (string | null)[] = []
    await using _ = await fixture.server.store.sql.listen('headgate', (payload) => seen.push(payload))
    const started = Date.now()
    expect(await admin('POST /warehouses/wh/revoke-access', {})).toMatchObject({ status: 200 })
    const { id, notBefore, version } = (await findWarehouse(fixture.deps.sql, 'wh')) ?? {}
    expect(notBefore).toBeGreaterThanOrEqual(started)
    expect(version).toBe(1)
    expect((await fixture.deps.warehouses.get('wh'))?.notBefore).toBe(notBefore)
    await expect.poll(() => seen).toContain(`warehouse:${id}`)
    expect(await findWarehouse(fixture.deps.sql, 'other')).toMatchObject({ notBefore: 0 })
    await admin('POST /warehouses/wh/revoke-access', {})
    expect((await findWarehouse(fixture.deps.sql, 'wh'))?.notBefore).toBeGreaterThan(notBefore ?? Infinity)
  })

  it('revokeAccess refuses a namespace, and callers that do not manage the object', async () => {
    const { name } = await row()
    const at = { namespace: ['sales'], table: name }
    expect(await admin('POST /warehouses/wh/revoke-access', { namespace: ['sales'] })).toMatchObject({
      status: 400,
    })
    expect(await admin('POST /warehouses/wh/revoke-access', { ...at, table: 'none' })).toMatchObject({
      status: 404,
    })
    const writer = await fixture.principal({ privilege: 'modify', on: { warehouse: 'wh' } })
    expect(await fixture.as(writer, 'POST /warehouses/wh/revoke-access', {})).toMatchObject({ status: 403 })
    expect(await fixture.as(writer, 'POST /warehouses/wh/revoke-access', at)).toMatchObject({ status: 403 })
    const owner = await fixture.principal({
      privilege: 'manage',
      on: { warehouse: 'wh', namespace: ['sales'], relation: name },
    })
    expect(await fixture.as(owner, 'POST /warehouses/wh/revoke-access', {})).toMatchObject({ status: 403 })
    expect(await fixture.as(owner, 'POST /warehouses/wh/revoke-access', at)).toMatchObject({ status: 200 })
  })
})
