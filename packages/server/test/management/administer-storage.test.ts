import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

let fixture: TestWarehouseManagement
let made = 0
beforeAll(async () => {
  fixture = await testWarehouseManagement()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)

async function newWarehouse(by: ProvenIdentity = fixture.server.admin): Promise<string> {
  const name = `storage-${(made += 1)}`
  const body = { name, storage: { type: 'file', root: `${fixture.folder}/${name}` } }
  expect(await fixture.as(by, 'POST /warehouses', body)).toMatchObject({ status: 201 })
  return name
}

async function newS3Warehouse(): Promise<string> {
  const name = `storage-${(made += 1)}`
  const storage = {
    type: 's3',
    bucket: name,
    region: 'eu-west-1',
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'never-shown',
  }
  expect(await admin('POST /warehouses', { name, storage, skipProbe: true })).toMatchObject({ status: 201 })
  return name
}

const custody = {
  vending: { mode: 'static', longLivedKeysMayLeaveTheServer: true },
  allowedLocations: ['s3://bucket-of-another-team/'],
  defaults: { 's3.endpoint': 'https://elsewhere.example' },
  overrides: { 's3.endpoint': 'https://elsewhere.example' },
  storageKeys: { accessKeyId: 'AKIDOTHER', secretAccessKey: 'other' },
} as const

describe('manage on a warehouse', () => {
  test.each(Object.entries(custody))(
    'manage on a warehouse does not permit a change of %s, and the refusal names the missing privilege and the field',
    async (field, value) => {
      const name = await newS3Warehouse()
      const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: name } })
      const change = { [field]: value, skipProbe: true }
      const refused = await fixture.as(manager, `PATCH /warehouses/${name}`, change)
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
      expect(refused.body.error.message).toContain(`administer-storage on warehouse ${name}`)
      expect(refused.body.error.message).toContain(field)
      await fixture.grant(manager, 'administer-storage', { warehouse: name })
      expect(await fixture.as(manager, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 200 })
    },
  )

  test('manage on a warehouse does not permit a change of stsEndpoint', async () => {
    const name = await newS3Warehouse()
    const manager = await fixture.principal({ privilege: 'manage', on: { warehouse: name } })
    const vending = { mode: 'sts', stsEndpoint: 'https://elsewhere.example' }
    expect(await fixture.as(manager, `PATCH /warehouses/${name}`, { vending })).toMatchObject({ status: 403 })
  })

  test('manage on a warehouse permits changes of retention and protection, and administer-storage does not', async () => {
    const name = await newWarehouse()
    const on = { warehouse: name }
    const manager = await fixture.principal({ privilege: 'manage', on })
    const storage = await fixture.principal({ privilege: 'administer-storage', on })
    const change = { retentionSeconds: 60, protected: false }
    expect(await fixture.as(manager, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 200 })
    const refused = await fixture.as(storage, `PATCH /warehouses/${name}`, change)
    expect(refused).toMatchObject({ status: 403 })
    expect(refused.body.error.message).toMatch(
      /^Changing retentionSeconds, protected needs the privilege manage /,
    )
  })

  test('a change of storage fields and other fields in one request requires both administer-storage and manage', async () => {
    const name = await newWarehouse()
    const on = { warehouse: name }
    const both = { retentionSeconds: 60, overrides: { a: 'b' } }
    for (const privilege of ['manage', 'administer-storage']) {
      const one = await fixture.principal({ privilege, on })
      expect(await fixture.as(one, `PATCH /warehouses/${name}`, both)).toMatchObject({ status: 403 })
    }
    const two = await fixture.principal({ privilege: 'manage', on }, { privilege: 'administer-storage', on })
    expect(await fixture.as(two, `PATCH /warehouses/${name}`, both)).toMatchObject({ status: 200 })
  })
})

describe('administer-storage', () => {
  test('the creator of a warehouse receives a grant of administer-storage, and an owner without this grant does not have the privilege', async () => {
    const creator = await fixture.principal({ privilege: 'create', on: 'server' })
    const name = await newWarehouse(creator)
    const change = { overrides: { a: 'b' } }
    expect(await fixture.as(creator, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 200 })
    const grant = {
      privilege: 'administer-storage',
      on: { warehouse: name },
      to: { principal: creator.principal.id },
    }
    expect(await admin('POST /grants/revoke', grant)).toMatchObject({ status: 200, body: { changed: true } })
    expect(await fixture.as(creator, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 403 })
    expect(await fixture.as(creator, 'POST /grants', grant)).toMatchObject({ status: 403 })
    expect(await fixture.as(creator, `DELETE /warehouses/${name}`)).toMatchObject({ status: 204 })
  })

  test('only holders of administer-storage on an object or on one that contains it can grant and revoke the privilege there', async () => {
    const name = await newWarehouse()
    const on = { warehouse: name }
    const manager = await fixture.principal({ privilege: 'manage', on })
    const holder = await fixture.principal({ privilege: 'administer-storage', on })
    const other = await fixture.principal()
    const grant = { privilege: 'administer-storage', on, to: { principal: other.principal.id } }
    for (const line of ['POST /grants', 'POST /grants/revoke'])
      expect(await fixture.as(manager, line, grant)).toMatchObject({ status: 403 })
    const self = { ...grant, to: { principal: manager.principal.id } }
    expect(await fixture.as(manager, 'POST /grants', self)).toMatchObject({ status: 403 })
    expect(await fixture.as(holder, 'POST /grants', grant)).toMatchObject({ status: 200 })
    expect(await fixture.as(holder, 'POST /grants', { ...grant, privilege: 'select' })).toMatchObject({
      status: 403,
    })
    expect(await fixture.as(holder, 'POST /grants', { ...grant, on: 'server' })).toMatchObject({
      status: 403,
    })
    const elsewhere = { warehouse: await newWarehouse() }
    expect(await fixture.as(holder, 'POST /grants', { ...grant, on: elsewhere })).toMatchObject({
      status: 404,
    })
  })

  test('administer-storage on the server permits a warehouse to use the keys of the machine, and manage on a warehouse does not', async () => {
    const storage = { type: 's3', bucket: 'machine', region: 'eu-west-1', credentials: 'default-chain' }
    const body = { name: `storage-${(made += 1)}`, storage, skipProbe: true }
    const creator = await fixture.principal({ privilege: 'create', on: 'server' })
    const refused = await fixture.as(creator, 'POST /warehouses', body)
    expect(refused).toMatchObject({ status: 403 })
    expect(refused.body.error.message).toContain('requires administer-storage on the server')
    await fixture.grant(creator, 'administer-storage', 'server')
    expect(await fixture.as(creator, 'POST /warehouses', body)).toMatchObject({ status: 201 })
  })

  test('administer-storage cannot be used through an engine whose entry does not contain it, also not by an administrator', async () => {
    const name = await newWarehouse()
    const engine = await fixture.principal()
    const { id } = engine.principal
    const entry = { principal: id, subjects: [{ issuer: 'headgate' }], administers: true }
    expect(await admin('POST /engines', entry)).toMatchObject({ status: 201 })
    const through = { ...fixture.server.admin, actors: [engine.principal] }
    const change = (body: object): Promise<Reply> => fixture.as(through, `PATCH /warehouses/${name}`, body)
    expect(await change({ retentionSeconds: 60 })).toMatchObject({ status: 200 })
    expect(await change({ overrides: { a: 'b' } })).toMatchObject({ status: 403 })
    const named = { privileges: ['manage', 'administer-storage'] }
    expect(await admin(`PATCH /engines/${id}`, named)).toMatchObject({ status: 200 })
    expect(await change({ overrides: { a: 'b' } })).toMatchObject({ status: 200 })
    expect(await admin(`PATCH /engines/${id}`, { administers: false })).toMatchObject({ status: 200 })
    expect(await change({ overrides: { a: 'c' } })).toMatchObject({ status: 403 })
  })

  test('explainAccess returns a grant or manage on the server as the reason for administer-storage, and never ownership', async () => {
    const owner = await fixture.principal({ privilege: 'create', on: 'server' })
    const name = await newWarehouse(owner)
    const on = { warehouse: name }
    const asked = { privilege: 'administer-storage', on }
    const explained = await fixture.as(owner, 'POST /access/explain', asked)
    expect(explained.body).toMatchObject({
      outcome: 'allow',
      deciding: { because: 'grant', privilege: 'administer-storage', on: { kind: 'warehouse' } },
    })
    const taken = { ...asked, to: { principal: owner.principal.id } }
    expect(await admin('POST /grants/revoke', taken)).toMatchObject({ status: 200 })
    expect((await fixture.as(owner, 'POST /access/explain', asked)).body).toMatchObject({
      outcome: 'deny',
      deciding: null,
      own: ['use', 'select', 'modify', 'create', 'manage'],
    })
    const own = await admin('POST /access/explain', asked)
    expect(own.body).toMatchObject({
      outcome: 'allow',
      deciding: { because: 'grant', privilege: 'manage', on: { kind: 'server' } },
    })
    const holders = await admin(`GET /access/who-can?privilege=administer-storage&warehouse=${name}`)
    const names = holders.body.principals.map((each: { name: string }) => each.name)
    expect(names).toContain('admin')
    expect(names).not.toContain(owner.principal.name)
  })
})
