import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../../test/management/management.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'

let fixture: TestWarehouseManagement
const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)

beforeAll(async () => {
  fixture = await testWarehouseManagement()
  await admin('POST /principals', { name: 'ann' })
  await admin('POST /warehouses', { name: 'wh', storage: { type: 'file', root: `${fixture.folder}/wh` } })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const path = '/warehouses/wh/namespace'

describe('createOwnedNamespace', () => {
  it('createOwnedNamespace creates nested namespaces that other principals own', async () => {
    const sales = { namespace: ['sales'], owner: 'ann', properties: { team: 'emea' } }
    expect(await admin(`POST ${path}`, sales)).toMatchObject({ status: 204 })
    expect(await admin(`POST ${path}`, { namespace: ['sales', 'eu'], owner: 'server' })).toMatchObject({
      status: 204,
    })
    expect(await admin(`GET ${path}?namespace=sales`)).toMatchObject({
      body: { owner: 'ann', properties: { team: 'emea' }, protected: false },
    })
    expect(await admin(`GET ${path}?namespace=sales&namespace=eu`)).toMatchObject({
      body: { owner: 'server' },
    })
    const check = {
      principal: 'ann',
      privilege: 'manage',
      on: { warehouse: 'wh', namespace: ['sales', 'eu'] },
    }
    expect(await admin('POST /access/check', { checks: [check] })).toMatchObject({
      body: { results: [{ allowed: true }] },
    })
  })

  it('createOwnedNamespace refuses names that are in use or invalid for clients, and missing parents, owners and warehouses', async () => {
    const create = (namespace: string[], owner = 'ann', at = path): Promise<Reply> =>
      admin(`POST ${at}`, { namespace, owner })
    await create(['once'])
    expect(await create(['once'])).toMatchObject({ status: 409 })
    expect(await create(['nowhere', 'a'])).toMatchObject({ status: 404 })
    expect(await create(['a'], 'bob')).toMatchObject({ status: 404 })
    expect(await create(['a'], 'ann', '/warehouses/none/namespace')).toMatchObject({ status: 404 })
    expect(await create([])).toMatchObject({ status: 400 })
    expect(await create(['..'])).toMatchObject({ status: 400 })
  })

  it('createOwnedNamespace refuses callers that do not administer the server, because it reveals whether a principal exists', async () => {
    const who = await fixture.principal({ privilege: 'manage', on: { warehouse: 'wh' } })
    expect(await fixture.as(who, `POST ${path}`, { namespace: ['x'], owner: 'ann' })).toMatchObject({
      status: 403,
    })
  })
})

describe('createWarehouse with an owner', () => {
  const warehouse = (name: string): object => ({
    name,
    storage: { type: 'file', root: `${fixture.folder}/${name}` },
  })

  it('createWarehouse with an owner creates a warehouse of this owner, without a grant of administer-storage', async () => {
    expect(await admin('POST /warehouses', { ...warehouse('of-ann'), owner: 'ann' })).toMatchObject({
      status: 201,
      body: { owner: 'ann' },
    })
    expect(await admin('GET /grants?warehouse=of-ann')).toMatchObject({ body: { grants: [] } })
    expect(await admin('POST /warehouses', { ...warehouse('of-none'), owner: 'server' })).toMatchObject({
      body: { owner: 'server' },
    })
    expect(await admin('POST /warehouses', { ...warehouse('of-bob'), owner: 'bob' })).toMatchObject({
      status: 404,
    })
  })

  it('createWarehouse with an owner requires manage on the server', async () => {
    const who = await fixture.principal({ privilege: 'create', on: 'server' })
    expect(await fixture.as(who, 'POST /warehouses', { ...warehouse('mine'), owner: 'ann' })).toMatchObject({
      status: 403,
    })
    expect(await fixture.as(who, 'POST /warehouses', warehouse('mine'))).toMatchObject({ status: 201 })
  })
})
