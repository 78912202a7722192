import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureWarehouse } from '../../src/catalog/change-warehouse.ts'
import { findWarehouse } from '../../src/store/warehouses.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

let fixture: TestWarehouseManagement
beforeAll(async () => {
  fixture = await testWarehouseManagement()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)
let made = 0
const name = (): string => `vend-${(made += 1)}`
const file = (more: object = {}): object => ({
  type: 'file',
  root: `${fixture.folder}/${randomUUID()}`,
  ...more,
})
const s3 = (): object => ({
  type: 's3',
  bucket: `b-${randomUUID()}`,
  endpoint: 'http://127.0.0.1:1',
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'x',
})
const create = (storage: object, vending?: object): Promise<Reply> =>
  admin('POST /warehouses', { name: name(), storage, vending, skipProbe: true })

describe('The vending profile of a warehouse', () => {
  it('the vending mode defaults to none, and to gateway for a directory with a bucket name', async () => {
    expect((await create(file())).body).toMatchObject({
      vending: { mode: 'none' },
      notBefore: '1970-01-01T00:00:00.000Z',
    })
    expect((await create(s3())).body).toMatchObject({ vending: { mode: 'none' } })
    expect((await create(file({ bucket: 'lake' }))).body).toMatchObject({
      storage: { bucket: 'lake' },
      vending: { mode: 'gateway' },
    })
  })

  it('the vending profile contains the settings of the request, is replaced as a whole, and is unchanged by changes of other fields', async () => {
    const vending = {
      mode: 'sts',
      roleArn: 'arn:aws:iam::1:role/a',
      externalId: 'e-1',
      lifetimeSeconds: 3600,
    }
    const { body } = await create(s3(), vending)
    expect(body).toMatchObject({ vending, version: 1 })
    const at = `/warehouses/${body.name}`
    expect((await admin(`PATCH ${at}`, { retentionSeconds: 5 })).body).toMatchObject({ vending })
    expect((await admin(`PUT ${at}/protection`, { protected: true })).body).toEqual({ changed: true })
    expect((await admin(`GET ${at}`)).body).toMatchObject({ vending, protected: true })
    const changed = await admin(`PATCH ${at}`, { vending: { mode: 'gateway', whenNotAsked: true } })
    expect(changed.body.vending).toEqual({ mode: 'gateway', whenNotAsked: true })
    expect(await findWarehouse(fixture.deps.sql, body.name)).toMatchObject({
      vending: { mode: 'gateway', whenNotAsked: true },
      notBefore: 0,
    })
    const { events } = (await admin('GET /audit?operation=updateWarehouse&pageSize=1')).body
    expect(events[0]).toMatchObject({ detail: { vending: { mode: 'gateway', whenNotAsked: true } } })
  })

  it('the server refuses a vending profile that cannot work, with one sentence, at creation and at later changes', async () => {
    const refused = await create(file(), { mode: 'gateway' })
    expect(refused).toMatchObject({ status: 400 })
    expect(refused.body.error.message).toMatch(/needs a bucket name/)
    expect(await create(file(), { mode: 'sts' })).toMatchObject({ status: 400 })
    expect(await create(s3(), { mode: 'static' })).toMatchObject({ status: 400 })
    expect(await create(s3(), { mode: 'gateway', roleArn: 'x' })).toMatchObject({ status: 400 })
    const { body } = await create(s3(), { mode: 'static', longLivedKeysMayLeaveTheServer: true })
    const at = `/warehouses/${body.name}`
    const chain = { storageKeys: { credentials: 'default-chain' }, skipProbe: true }
    for (const change of [chain, { vending: { mode: 'sts', externalId: 'no-role' } }]) {
      expect(await admin(`PATCH ${at}`, change)).toMatchObject({ status: 400 })
    }
    expect((await admin(`GET ${at}`)).body).toMatchObject({ version: 1, vending: { mode: 'static' } })
  })

  it('only an administrator of the server can set a vending profile that uses the identity of the server or of its users', async () => {
    const vending = { mode: 'sts', identity: 'user-token', stsEndpoint: 'https://elsewhere.example' }
    const maker = await fixture.principal({ privilege: 'create', on: 'server' })
    const wanted = { name: name(), storage: s3(), skipProbe: true }
    expect(await fixture.as(maker, 'POST /warehouses', { ...wanted, vending })).toMatchObject({ status: 403 })
    expect(await fixture.as(maker, 'POST /warehouses', wanted)).toMatchObject({ status: 201 })
    const at = `/warehouses/${wanted.name}`
    expect(await fixture.as(maker, `PATCH ${at}`, { vending })).toMatchObject({ status: 403 })
    expect(await fixture.as(maker, `PATCH ${at}`, { vending: { mode: 'sts' } })).toMatchObject({
      status: 200,
    })
    expect(await admin(`PATCH ${at}`, { vending })).toMatchObject({ status: 200 })
    expect(await fixture.as(maker, `PATCH ${at}`, { retentionSeconds: 1 })).toMatchObject({ status: 200 })
  })
})

describe('The keys of the machine', () => {
  it('a warehouse can use the keys of the machine only at locations that a holder of administer-storage on the server chose', async () => {
    const maker = await fixture.principal({ privilege: 'create', on: 'server' })
    const bucket = `b-${randomUUID()}`
    const storage = { type: 's3', bucket, endpoint: 'http://127.0.0.1:1', credentials: 'default-chain' }
    const wanted = { name: name(), storage, skipProbe: true }
    expect(await fixture.as(maker, 'POST /warehouses', wanted)).toMatchObject({ status: 403 })
    expect(await fixture.as(maker, 'POST /warehouses/validate', { storage })).toMatchObject({ status: 403 })
    expect(await admin('POST /warehouses', wanted)).toMatchObject({ status: 201 })
    const on = { warehouse: wanted.name }
    const manager = await fixture.principal(
      { privilege: 'manage', on },
      { privilege: 'administer-storage', on },
    )
    const at = `/warehouses/${wanted.name}`
    const one = `s3://one-${randomUUID()}/`
    const places = { allowedLocations: [one, `s3://two-${randomUUID()}/`] }
    expect(await fixture.as(manager, `PATCH ${at}`, places)).toMatchObject({ status: 403 })
    expect(await admin(`PATCH ${at}`, places)).toMatchObject({ status: 200 })
    const fewer = { allowedLocations: [one], retentionSeconds: 1 }
    expect(await fixture.as(manager, `PATCH ${at}`, fewer)).toMatchObject({ status: 200 })
    const own = {
      name: name(),
      storage: s3(),
      skipProbe: true,
      allowedLocations: [`s3://own-${randomUUID()}/`],
    }
    expect(await fixture.as(maker, 'POST /warehouses', own)).toMatchObject({ status: 201 })
  })
})

describe('A directory with a bucket name', () => {
  it('a directory warehouse with a bucket name requires a unique bucket name, and cannot have allowed locations', async () => {
    const bucket = `b-${randomUUID()}`
    const root = { root: `${fixture.folder}/${randomUUID()}` }
    expect(await create(file({ bucket, ...root }))).toMatchObject({ status: 201 })
    const again = await create(file({ bucket }))
    expect(again).toMatchObject({ status: 409 })
    expect(again.body.error.message).toContain('bucket name')
    expect(await create(file({ bucket: `${bucket}-2`, ...root }))).toMatchObject({ status: 409 })
    expect(await create(file(root))).toMatchObject({ status: 409 })
    const places = { allowedLocations: [`${fixture.folder}/${randomUUID()}`] }
    const wanted = { name: name(), storage: file({ bucket: `${bucket}-3` }), ...places }
    expect(await admin('POST /warehouses', wanted)).toMatchObject({ status: 400 })
  })

  it('the probe of a directory warehouse with a bucket name writes directly to the directory', async () => {
    const wanted = { name: name(), storage: file({ bucket: `b-${randomUUID()}` }) }
    expect(await admin('POST /warehouses', wanted)).toMatchObject({ status: 201 })
  })
})

it('a warehouse that is created at the start uses the configured vending profile', async () => {
  const wanted = { name: name(), profile: { type: 'file', root: `${fixture.folder}/start` } } as const
  await ensureWarehouse(fixture.deps, wanted)
  expect(await findWarehouse(fixture.deps.sql, wanted.name)).toMatchObject({ vending: { mode: 'none' } })
})
