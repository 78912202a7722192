import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../access/compile-policy.ts'
import { dropTarget } from '../catalog/commit/drop-relation.ts'
import { dropFoundNamespace } from '../catalog/commit/drop-namespace.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { bare, testTable } from '../../test/jobs/purge/table.ts'
import { insertNamespace } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import type { CommitRecord } from '../store/commit-record.ts'
import { requireNamespace, requireRelation } from './find-object.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let fixture: TestWarehouseManagement
const all = everything(randomUUID(), 0)
let warehouse: Warehouse
const namespaceId = randomUUID()

beforeAll(async () => {
  fixture = await testWarehouseManagement()
  const root = `${fixture.folder}/wh`
  await admin('POST /warehouses', { name: 'wh', storage: { type: 'file', root } })
  const found = await fixture.deps.warehouses.get('wh')
  if (found === null) throw new Error('not made')
  warehouse = found
  const namespace = {
    id: namespaceId,
    warehouseId: warehouse.id,
    parentId: null,
    levels: ['a b', 'ü.x'],
    ownerId: randomUUID(),
    properties: { k: 'v' },
  }
  await insertNamespace(fixture.deps.sql, namespace, await record())
})
afterAll(() => fixture[Symbol.asyncDispose]())

const namespace = ['a b', 'ü.x']
const query = 'namespace=a%20b&namespace=%C3%BC.x'
const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)
const protect = (body: object): Promise<Reply> => admin('PUT /warehouses/wh/protection', body)
async function record(): Promise<CommitRecord> {
  return { ...bare, policyVersion: await policyVersion(fixture.deps.sql) }
}

describe('setProtection', () => {
  it('setProtection keeps a table from being dropped until the protection is removed', async () => {
    const place = { warehouseId: warehouse.id, namespaceId, root: warehouse.root }
    const { id } = await testTable(fixture.deps.sql, warehouse.storage, place, {
      snapshots: 0,
      record: await record(),
    })
    const relation = `t_${id.slice(0, 8)}`
    expect(await protect({ namespace, relation, protected: true })).toEqual({
      status: 200,
      body: { changed: true },
    })
    expect(await protect({ namespace, relation, protected: true })).toEqual({
      status: 200,
      body: { changed: false },
    })
    const details = await admin(`GET /warehouses/wh/relation?${query}&relation=${relation}`)
    expect(details).toMatchObject({
      status: 200,
      body: { id, protected: true, namespace, name: relation, kind: 'table', version: 1 },
    })
    const dropIt = async (purge: boolean): Promise<void> => {
      const { found } = await requireRelation(fixture.deps, all, warehouse, namespace, relation)
      await dropTarget(fixture.deps, { target: found, purge, principalId: id }, await record())
    }
    await expect(dropIt(false)).rejects.toMatchObject({ code: 'protected' })
    await expect(dropIt(true)).rejects.toMatchObject({ code: 'protected' })
    await protect({ namespace, relation, protected: false })
    await dropIt(true)
    const [event] = (await admin('GET /audit?operation=setProtection&pageSize=1')).body.events
    expect(event).toMatchObject({
      object: `wh:a b.ü.x.${relation}`,
      detail: { protected: false },
      privilege: 'manage',
    })
  })

  it('setProtection keeps a namespace from being dropped', async () => {
    expect(await protect({ namespace, protected: true })).toMatchObject({ body: { changed: true } })
    const shown = await admin(`GET /warehouses/wh/namespace?${query}`)
    expect(shown).toMatchObject({
      status: 200,
      body: { id: namespaceId, namespace, protected: true, properties: { k: 'v' } },
    })
    const { found } = await requireNamespace(fixture.deps, all, warehouse, namespace)
    await expect(dropFoundNamespace(fixture.deps, found, await record())).rejects.toMatchObject({
      code: 'protected',
    })
    expect(await protect({ namespace, protected: false })).toMatchObject({ body: { changed: true } })
  })

  it('setProtection requires manage, and reveals nothing to other callers', async () => {
    const reader = await fixture.principal({ privilege: 'modify', on: { warehouse: 'wh' } })
    const stranger = await fixture.principal()
    const body = { namespace, protected: true }
    expect(await fixture.as(reader, 'PUT /warehouses/wh/protection', body)).toMatchObject({ status: 403 })
    expect(await fixture.as(reader, `GET /warehouses/wh/namespace?${query}`)).toMatchObject({ status: 403 })
    const hidden = await fixture.as(stranger, 'PUT /warehouses/wh/protection', body)
    const missing = await fixture.as(stranger, 'PUT /warehouses/wh/protection', {
      ...body,
      namespace: ['no', 'such'],
    })
    expect(hidden.status).toBe(404)
    expect(hidden.body.error.message.replace('a b.ü.x', 'X')).toBe(
      missing.body.error.message.replace('no.such', 'X'),
    )
  })

  it('setProtection requires the namespace of a relation, and refuses missing objects', async () => {
    expect(await protect({ relation: 'x', protected: true })).toMatchObject({ status: 400 })
    expect(await protect({ namespace, relation: 'none', protected: true })).toMatchObject({ status: 404 })
    expect(await protect({ namespace: ['none'], protected: true })).toMatchObject({ status: 404 })
    expect(await admin('PUT /warehouses/none/protection', { protected: true })).toMatchObject({ status: 404 })
  })
})
