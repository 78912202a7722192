import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { everything } from '../access/compile-policy.ts'
import { drop } from '../catalog/drop-relation.ts'
import { dropNamespace } from '../catalog/namespaces.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { bare, testTable } from '../jobs/purge/test-table.ts'
import { insertNamespace } from '../store/namespaces.ts'
import { policyVersion } from '../store/policies.ts'
import type { Riders } from '../store/riders.ts'
import { namespaceOf, relationOf } from './find-in-lake.ts'
import { testLakeManagement, type TestLakeManagement } from './test-lake-management.ts'
import type { Reply } from './test-management.ts'

let lake: TestLakeManagement
const all = everything(randomUUID(), 0)
let warehouse: Warehouse
const namespaceId = randomUUID()

beforeAll(async () => {
  lake = await testLakeManagement()
  const root = `${lake.folder}/wh`
  await admin('POST /warehouses', { name: 'wh', storage: { type: 'file', root } })
  const found = await lake.parts.warehouses.get('wh')
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
  await insertNamespace(lake.parts.sql, namespace, await riders())
})
afterAll(() => lake[Symbol.asyncDispose]())

const namespace = ['a b', 'ü.x']
const query = 'namespace=a%20b&namespace=%C3%BC.x'
const admin = (line: string, body?: unknown): Promise<Reply> => lake.as(lake.server.admin, line, body)
const protect = (body: object): Promise<Reply> => admin('PUT /warehouses/wh/protection', body)
async function riders(): Promise<Riders> {
  return { ...bare, policyVersion: await policyVersion(lake.parts.sql) }
}

describe('protection', () => {
  it('of a table keeps it from being dropped, until it is taken away', async () => {
    const place = { warehouseId: warehouse.id, namespaceId, root: warehouse.root }
    const { id } = await testTable(lake.parts.sql, warehouse.storage, place, {
      snapshots: 0,
      riders: await riders(),
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
      const { found } = await relationOf(lake.parts, all, warehouse, namespace, relation)
      await drop(lake.parts, { target: found, purge, principalId: id }, await riders())
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

  it('of a namespace keeps it from being dropped', async () => {
    expect(await protect({ namespace, protected: true })).toMatchObject({ body: { changed: true } })
    const shown = await admin(`GET /warehouses/wh/namespace?${query}`)
    expect(shown).toMatchObject({
      status: 200,
      body: { id: namespaceId, namespace, protected: true, properties: { k: 'v' } },
    })
    const { found } = await namespaceOf(lake.parts, all, warehouse, namespace)
    await expect(dropNamespace(lake.parts, found, await riders())).rejects.toMatchObject({
      code: 'protected',
    })
    expect(await protect({ namespace, protected: false })).toMatchObject({ body: { changed: true } })
  })

  it('is for those who manage; others learn nothing', async () => {
    const reader = await lake.principal({ privilege: 'modify', on: { warehouse: 'wh' } })
    const stranger = await lake.principal()
    const body = { namespace, protected: true }
    expect(await lake.as(reader, 'PUT /warehouses/wh/protection', body)).toMatchObject({ status: 403 })
    expect(await lake.as(reader, `GET /warehouses/wh/namespace?${query}`)).toMatchObject({ status: 403 })
    const hidden = await lake.as(stranger, 'PUT /warehouses/wh/protection', body)
    const missing = await lake.as(stranger, 'PUT /warehouses/wh/protection', {
      ...body,
      namespace: ['no', 'such'],
    })
    expect(hidden.status).toBe(404)
    expect(hidden.body.error.message.replace('a b.ü.x', 'X')).toBe(
      missing.body.error.message.replace('no.such', 'X'),
    )
  })

  it('of a relation needs its namespace, and both must exist', async () => {
    expect(await protect({ relation: 'x', protected: true })).toMatchObject({ status: 400 })
    expect(await protect({ namespace, relation: 'none', protected: true })).toMatchObject({ status: 404 })
    expect(await protect({ namespace: ['none'], protected: true })).toMatchObject({ status: 404 })
    expect(await admin('PUT /warehouses/none/protection', { protected: true })).toMatchObject({ status: 404 })
  })
})
