import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ProvenIdentity } from '../../src/proven-identity.ts'
import { testWarehouseManagement, type TestWarehouseManagement } from './warehouse-management.ts'
import type { Reply } from './management.ts'

let lake: TestWarehouseManagement
let made = 0
beforeAll(async () => {
  lake = await testWarehouseManagement()
})
afterAll(() => lake[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => lake.as(lake.server.admin, line, body)

async function newWarehouse(by: ProvenIdentity = lake.server.admin): Promise<string> {
  const name = `storage-${(made += 1)}`
  const body = { name, storage: { type: 'file', root: `${lake.folder}/${name}` } }
  expect(await lake.as(by, 'POST /warehouses', body)).toMatchObject({ status: 201 })
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
    'does not let its holder change %s, and the refusal names the privilege and the field',
    async (field, value) => {
      const name = await newS3Warehouse()
      const manager = await lake.principal({ privilege: 'manage', on: { warehouse: name } })
      const change = { [field]: value, skipProbe: true }
      const refused = await lake.as(manager, `PATCH /warehouses/${name}`, change)
      expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
      expect(refused.body.error.message).toContain(`administer-storage on warehouse ${name}`)
      expect(refused.body.error.message).toContain(field)
      await lake.grant(manager, 'administer-storage', { warehouse: name })
      expect(await lake.as(manager, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 200 })
    },
  )

  test('does not let its holder point stsEndpoint anywhere', async () => {
    const name = await newS3Warehouse()
    const manager = await lake.principal({ privilege: 'manage', on: { warehouse: name } })
    const vending = { mode: 'sts', stsEndpoint: 'https://elsewhere.example' }
    expect(await lake.as(manager, `PATCH /warehouses/${name}`, { vending })).toMatchObject({ status: 403 })
  })

  test('lets its holder change retention and protection, which administer-storage does not', async () => {
    const name = await newWarehouse()
    const on = { warehouse: name }
    const manager = await lake.principal({ privilege: 'manage', on })
    const storage = await lake.principal({ privilege: 'administer-storage', on })
    const change = { retentionSeconds: 60, protected: false }
    expect(await lake.as(manager, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 200 })
    const refused = await lake.as(storage, `PATCH /warehouses/${name}`, change)
    expect(refused).toMatchObject({ status: 403 })
    expect(refused.body.error.message).toMatch(
      /^Changing retentionSeconds, protected needs the privilege manage /,
    )
  })

  test('requires both administer-storage and manage for a change of both kinds of fields', async () => {
    const name = await newWarehouse()
    const on = { warehouse: name }
    const both = { retentionSeconds: 60, overrides: { a: 'b' } }
    for (const privilege of ['manage', 'administer-storage']) {
      const one = await lake.principal({ privilege, on })
      expect(await lake.as(one, `PATCH /warehouses/${name}`, both)).toMatchObject({ status: 403 })
    }
    const two = await lake.principal({ privilege: 'manage', on }, { privilege: 'administer-storage', on })
    expect(await lake.as(two, `PATCH /warehouses/${name}`, both)).toMatchObject({ status: 200 })
  })
})

describe('administer-storage', () => {
  test('granted to the creator of a warehouse at its creation, and not held by an owner without the grant', async () => {
    const creator = await lake.principal({ privilege: 'create', on: 'server' })
    const name = await newWarehouse(creator)
    const change = { overrides: { a: 'b' } }
    expect(await lake.as(creator, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 200 })
    const grant = {
      privilege: 'administer-storage',
      on: { warehouse: name },
      to: { principal: creator.principal.id },
    }
    expect(await admin('POST /grants/revoke', grant)).toMatchObject({ status: 200, body: { changed: true } })
    expect(await lake.as(creator, `PATCH /warehouses/${name}`, change)).toMatchObject({ status: 403 })
    expect(await lake.as(creator, 'POST /grants', grant)).toMatchObject({ status: 403 })
    expect(await lake.as(creator, `DELETE /warehouses/${name}`)).toMatchObject({ status: 204 })
  })

  test('can be granted and revoked only by its holders, on the object or above', async () => {
    const name = await newWarehouse()
    const on = { warehouse: name }
    const manager = await lake.principal({ privilege: 'manage', on })
    const holder = await lake.principal({ privilege: 'administer-storage', on })
    const other = await lake.principal()
    const grant = { privilege: 'administer-storage', on, to: { principal: other.principal.id } }
    for (const line of ['POST /grants', 'POST /grants/revoke'])
      expect(await lake.as(manager, line, grant)).toMatchObject({ status: 403 })
    const self = { ...grant, to: { principal: manager.principal.id } }
    expect(await lake.as(manager, 'POST /grants', self)).toMatchObject({ status: 403 })
    expect(await lake.as(holder, 'POST /grants', grant)).toMatchObject({ status: 200 })
    expect(await lake.as(holder, 'POST /grants', { ...grant, privilege: 'select' })).toMatchObject({
      status: 403,
    })
    expect(await lake.as(holder, 'POST /grants', { ...grant, on: 'server' })).toMatchObject({ status: 403 })
    const elsewhere = { warehouse: await newWarehouse() }
    expect(await lake.as(holder, 'POST /grants', { ...grant, on: elsewhere })).toMatchObject({ status: 404 })
  })

  test('on the server lets its holder choose the keys of the machine, which manage on a warehouse does not', async () => {
    const storage = { type: 's3', bucket: 'machine', region: 'eu-west-1', credentials: 'default-chain' }
    const body = { name: `storage-${(made += 1)}`, storage, skipProbe: true }
    const creator = await lake.principal({ privilege: 'create', on: 'server' })
    const refused = await lake.as(creator, 'POST /warehouses', body)
    expect(refused).toMatchObject({ status: 403 })
    expect(refused.body.error.message).toContain('needs administer-storage on the server')
    await lake.grant(creator, 'administer-storage', 'server')
    expect(await lake.as(creator, 'POST /warehouses', body)).toMatchObject({ status: 201 })
  })

  test('cannot be used through an engine whose entry does not name it, also not by an administrator', async () => {
    const name = await newWarehouse()
    const engine = await lake.principal()
    const { id } = engine.principal
    const entry = { principal: id, subjects: [{ issuer: 'headgate' }], administers: true }
    expect(await admin('POST /engines', entry)).toMatchObject({ status: 201 })
    const through = { ...lake.server.admin, actors: [engine.principal] }
    const change = (body: object): Promise<Reply> => lake.as(through, `PATCH /warehouses/${name}`, body)
    expect(await change({ retentionSeconds: 60 })).toMatchObject({ status: 200 })
    expect(await change({ overrides: { a: 'b' } })).toMatchObject({ status: 403 })
    const named = { privileges: ['manage', 'administer-storage'] }
    expect(await admin(`PATCH /engines/${id}`, named)).toMatchObject({ status: 200 })
    expect(await change({ overrides: { a: 'b' } })).toMatchObject({ status: 200 })
    expect(await admin(`PATCH /engines/${id}`, { administers: false })).toMatchObject({ status: 200 })
    expect(await change({ overrides: { a: 'c' } })).toMatchObject({ status: 403 })
  })

  test('has its grant, or manage on the server, as its reason, and never ownership', async () => {
    const owner = await lake.principal({ privilege: 'create', on: 'server' })
    const name = await newWarehouse(owner)
    const on = { warehouse: name }
    const asked = { privilege: 'administer-storage', on }
    const explained = await lake.as(owner, 'POST /access/explain', asked)
    expect(explained.body).toMatchObject({
      outcome: 'allow',
      deciding: { because: 'grant', privilege: 'administer-storage', on: { kind: 'warehouse' } },
    })
    const taken = { ...asked, to: { principal: owner.principal.id } }
    expect(await admin('POST /grants/revoke', taken)).toMatchObject({ status: 200 })
    expect((await lake.as(owner, 'POST /access/explain', asked)).body).toMatchObject({
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
