import { randomUUID } from 'node:crypto'
import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureWarehouse } from '../catalog/change-warehouse.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { masterKeyFrom } from '../keys/master-key.ts'
import { statement } from '../store/sql.ts'
import { findWarehouse } from '../store/warehouses.ts'
import { warehouseApiOperations } from './warehouse-routes.ts'
import { warehousePrivileges } from '../access/warehouse-privileges.ts'
import { openapiDocument } from './openapi.ts'
import {
  testWarehouseManagement,
  type TestWarehouseManagement,
} from '../../test/management/warehouse-management.ts'
import type { Reply } from '../../test/management/management.ts'

let fixture: TestWarehouseManagement
beforeAll(async () => {
  fixture = await testWarehouseManagement()
})
afterAll(() => fixture[Symbol.asyncDispose]())

const admin = (line: string, body?: unknown): Promise<Reply> => fixture.as(fixture.server.admin, line, body)
let made = 0
const name = (): string => `wh-${(made += 1)}`
const file = (path: string): object => ({ type: 'file', root: `${fixture.folder}/${path}` })
const s3 = { type: 's3', bucket: 'lake', endpoint: 'http://127.0.0.1:1', accessKeyId: 'AKIDEXAMPLE' }
const setUri = statement(
  'test_set_uri',
  `update warehouse set overrides = '{"uri": "https://old.example"}' where name = $1`,
)
const everything = statement(
  'test_everything',
  `select (select json_agg(a)::text from audit a) || (select json_agg(w)::text from warehouse w) as text`,
)

describe('The operations on warehouses and their content', () => {
  it('all operations on warehouses and their content have documented privileges and are in the OpenAPI document', () => {
    const operations = warehouseApiOperations(fixture.deps)
    expect(operations.map(({ id }) => id).toSorted()).toEqual(Object.keys(warehousePrivileges).toSorted())
    const document = openapiDocument(operations)
    expect(Object.keys(document.paths).length).toBeGreaterThan(10)
    for (const [path, item] of Object.entries(document.paths)) {
      for (const operation of Object.values(item) as { parameters: { name: string; in: string }[] }[]) {
        const described = operation.parameters
          .filter((parameter) => parameter.in === 'path')
          .map((parameter) => parameter.name)
        expect(described).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter))
      }
    }
  })

  it('the operations on warehouses refuse an engine that acts for a user', async () => {
    const wh = name()
    await admin('POST /warehouses', { name: wh, storage: file(wh) })
    const engine = await fixture.principal()
    await admin('POST /engines', { principal: engine.principal.id, subjects: [{ issuer: 'headgate' }] })
    const delegated = { ...fixture.server.admin, actors: [engine.principal] }
    for (const line of [`GET /warehouses/${wh}`, `DELETE /warehouses/${wh}`]) {
      expect(await fixture.as(delegated, line)).toMatchObject({ status: 403 })
    }
  })
})

describe('The warehouse operations', () => {
  it('the server refuses client properties of a warehouse that set the destination or the values of credentials', async () => {
    const wanted = { name: name(), storage: file(name()) }
    const settings = ['defaults', 'overrides']
    expect(await admin('POST /warehouses', wanted)).toMatchObject({ status: 201 })
    for (const key of [
      'uri',
      ' URI',
      'token',
      'credential',
      'oauth2-server-uri',
      'rest.auth.type',
      'header.X-Any',
      'rest.client.proxy.hostname',
      'client.credentials-provider',
      's3.signer.uri',
      's3.signer.endpoint',
      'credentials.uri',
      'client.refresh-credentials-endpoint',
      'urn:ietf:params:oauth:token-type:jwt',
    ])
      for (const setting of settings) {
        const change = { [setting]: { [key]: 'x', 'io-impl': 'y' } }
        const refused = await admin(`PATCH /warehouses/${wanted.name}`, change)
        expect(refused).toMatchObject({ status: 400 })
        expect(refused.body.error.message).toContain(`cannot set ${key}`)
        const other = { name: name(), storage: file(name()), ...change }
        expect(await admin('POST /warehouses', other)).toMatchObject({ status: 400 })
      }
    const change = { overrides: { 's3.endpoint': 'https://s3.example', 'io-impl': 'y' } }
    expect(await admin(`PATCH /warehouses/${wanted.name}`, change)).toMatchObject({ status: 200 })
  })

  it('a warehouse keeps client properties that the server refuses today when other fields of the warehouse change', async () => {
    const wanted = { name: name(), storage: file(name()) }
    expect(await admin('POST /warehouses', wanted)).toMatchObject({ status: 201 })
    await fixture.deps.sql.run(setUri, [wanted.name])
    const change = (overrides: object): Promise<Reply> =>
      admin(`PATCH /warehouses/${wanted.name}`, { overrides })
    const more = { uri: 'https://old.example', 'io-impl': 'y' }
    expect(await change(more)).toMatchObject({ status: 200, body: { overrides: more } })
    expect(await change({ ...more, uri: 'https://new.example' })).toMatchObject({ status: 400 })
    expect(await change({ 'io-impl': 'y' })).toMatchObject({ status: 200 })
    expect(await change(more)).toMatchObject({ status: 400 })
  })

  it('createWarehouse creates a warehouse at a location without other warehouses for callers with create on the server, who become its owner', async () => {
    const wh = name()
    const storage = file(wh)
    const stranger = await fixture.principal()
    const maker = await fixture.principal({ privilege: 'create', on: 'server' })
    expect(await fixture.as(stranger, 'POST /warehouses', { name: wh, storage })).toMatchObject({
      status: 403,
    })
    const created = await fixture.as(maker, 'POST /warehouses', {
      name: wh,
      storage,
      retentionSeconds: 60,
      defaults: { a: 'b' },
    })
    expect(created).toMatchObject({
      status: 201,
      body: {
        name: wh,
        kind: 'managed',
        storage,
        hasSecret: false,
        retentionSeconds: 60,
        defaults: { a: 'b' },
        protected: false,
        ownerId: maker.principal.id,
      },
    })
    expect(await fixture.as(maker, `GET /warehouses/${wh}`)).toEqual({ status: 200, body: created.body })
    expect(await fixture.as(stranger, `GET /warehouses/${wh}`)).toMatchObject({
      status: 404,
      body: { error: { code: 'no-such-warehouse' } },
    })
    expect((await fixture.deps.warehouses.get(wh))?.root).toBe(`${fixture.folder}/${wh}`)
    expect(await fixture.as(maker, 'POST /warehouses', { name: wh, storage: file(name()) })).toMatchObject({
      status: 409,
    })
  })

  it('createWarehouse refuses names that cannot be used in paths', async () => {
    for (const bad of ['', 'UPPER', '-x', 'a/b', 'ä', 'x'.repeat(64), '.hidden', 'a b']) {
      expect(await admin('POST /warehouses', { name: bad, storage: file('bad') })).toMatchObject({
        status: 400,
      })
    }
    for (const good of ['a', '0_.-', 'x'.repeat(63)]) {
      expect(await admin('POST /warehouses', { name: good, storage: file(`good-${good}`) })).toMatchObject({
        status: 201,
      })
    }
  })

  it('createWarehouse refuses overlapping warehouses, also with concurrent requests', async () => {
    const base = name()
    const roots = [base, base, `${base}/inside`, `${base}/inside/deeper`]
    const responses = await Promise.all(
      roots.map((root) => admin('POST /warehouses', { name: name(), storage: file(`o/${root}`) })),
    )
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(responses.filter(({ status }) => status === 409)).toHaveLength(3)
    expect(
      (await admin('POST /warehouses', { name: name(), storage: file('o') })).body.error.message,
    ).toContain('contains a location of warehouse')
    expect(
      await admin('POST /warehouses', { name: name(), storage: file(`o/${base}-sibling`) }),
    ).toMatchObject({ status: 201 })
    const bucket = { ...s3, secretAccessKey: 'x', bucket: `b-${randomUUID()}` }
    const create = (more: object): Promise<Reply> =>
      admin('POST /warehouses', { name: name(), storage: { ...bucket, ...more }, skipProbe: true })
    expect(await create({ prefix: 'a/b' })).toMatchObject({ status: 201 })
    expect(await create({ prefix: 'a' })).toMatchObject({ status: 409 })
    expect(await create({})).toMatchObject({ status: 409 })
    expect(await create({ prefix: 'a/b2' })).toMatchObject({ status: 201 })
    expect(await create({ prefix: 'a/b', endpoint: 'http://127.0.0.1:2' })).toMatchObject({ status: 201 })
  })

  it('createWarehouse refuses an overlap through a symbolic link', async () => {
    const folder = fileURLToPath(fixture.folder)
    const [real, wh] = [name(), name()]
    expect(await admin('POST /warehouses', { name: wh, storage: file(real) })).toMatchObject({ status: 201 })
    await symlink(join(folder, real), join(folder, `${real}-link`))
    for (const root of [`${real}-link`, `${real}-link/inside`, `${real}-link/inside/deeper`]) {
      const response = await admin('POST /warehouses', { name: name(), storage: file(root) })
      expect(response, root).toMatchObject({ status: 409 })
      expect(response.body.error.message).toContain(`a location of warehouse ${wh}`)
    }
    await mkdir(join(folder, `${real}-other`))
    await symlink(join(folder, `${real}-other`), join(folder, `${real}-free`))
    const free = await admin('POST /warehouses', { name: name(), storage: file(`${real}-free`) })
    expect(free).toMatchObject({ status: 201 })
    const again = await admin('POST /warehouses', { name: name(), storage: file(`${real}-other`) })
    expect(again).toMatchObject({ status: 409 })
  })

  it('createWarehouse creates warehouses on local disk only below the configured roots', async () => {
    for (const root of ['file:///etc', 'file:///', `${fixture.folder}/../x`, `${fixture.folder}2/x`]) {
      const { status } = await admin('POST /warehouses', { name: name(), storage: { type: 'file', root } })
      expect([400, 403]).toContain(status)
    }
    const wh = name()
    expect(
      await admin('POST /warehouses', { name: wh, storage: file(wh), allowedLocations: ['file:///etc'] }),
    ).toMatchObject({ status: 403 })
    await admin('POST /warehouses', { name: wh, storage: file(wh) })
    expect(await admin(`PATCH /warehouses/${wh}`, { allowedLocations: ['file:///etc'] })).toMatchObject({
      status: 403,
    })
    expect(
      await admin(`PATCH /warehouses/${wh}`, { allowedLocations: [`${fixture.folder}/more`] }),
    ).toMatchObject({ status: 200 })
    expect(await admin(`PATCH /warehouses/${wh}`, { allowedLocations: ['s3://bucket/x'] })).toMatchObject({
      status: 400,
    })
  })

  it('the opened storage of a warehouse reads and writes only in the allowed locations', async () => {
    const wh = name()
    const more = [`${fixture.folder}/shared-${wh}/a`, `${fixture.folder}/shared-${wh}/b`]
    await admin('POST /warehouses', { name: wh, storage: file(wh), allowedLocations: more })
    const warehouse = await fixture.deps.warehouses.get(wh)
    const places = [`${fixture.folder}/${wh}`, ...more].map((place) => `${place}/x`)
    for (const place of places) await warehouse?.storage.put(place, Buffer.from(place))
    await warehouse?.storage.copy(places[0] ?? '', `${more[0]}/copy`)
    expect((await warehouse?.storage.getBytes(`${more[0]}/copy`, { maxBytes: 1_000 }))?.toString()).toBe(
      places[0],
    )
    expect(warehouse?.storage.existsSync?.(`${more[1]}/x`)).toBe(true)
    const outside = `${fixture.folder}/shared-${wh}/c/x`
    await expect(warehouse?.storage.put(outside, Buffer.from('x'))).rejects.toMatchObject({
      code: 'forbidden',
    })
    const { failed } = (await warehouse?.storage.deleteMany([...places, outside])) ?? { failed: [] }
    expect(failed.map(({ location }) => location)).toEqual([outside])
    expect(await warehouse?.storage.head(places[2] ?? '')).toBeNull()
  })

  it('the server encrypts the secrets of the storage, so that no response, event or database column contains them', async () => {
    const wh = name()
    const secretAccessKey = `secret-${randomUUID()}`
    const storage = { ...s3, bucket: `b-${randomUUID()}`, secretAccessKey }
    const created = await admin('POST /warehouses', { name: wh, storage, skipProbe: true })
    expect(created).toMatchObject({
      status: 201,
      body: { hasSecret: true, storage: { accessKeyId: 'AKIDEXAMPLE', region: 'us-east-1' } },
    })
    const responses = [created, await admin(`GET /warehouses/${wh}`), await admin('GET /audit')]
    const [stored] = await fixture.server.store.sql.run<{ text: string }>(everything)
    expect(JSON.stringify(responses) + (stored?.text ?? '')).not.toContain(secretAccessKey)
    const row = await findWarehouse(fixture.deps.sql, wh)
    if (row === null) throw new Error('gone')
    expect(openProfile(fixture.deps.master, row)).toMatchObject({ secretAccessKey })
    expect(() => openProfile(masterKeyFrom(Buffer.alloc(32, 8)), row)).toThrow('master key')
    expect(() => openProfile(fixture.deps.master, { ...row, id: randomUUID() })).toThrow('master key')
    expect((await fixture.deps.warehouses.get(wh))?.hints).toEqual({
      's3.endpoint': 'http://127.0.0.1:1',
      's3.path-style-access': 'true',
      'client.region': 'us-east-1',
    })
  })

  it('updateWarehouse replaces the keys of the storage without changing other settings', async () => {
    const wh = name()
    const storage = { ...s3, bucket: `b-${randomUUID()}`, secretAccessKey: 'old', prefix: 'p' }
    await admin('POST /warehouses', { name: wh, storage, skipProbe: true, retentionSeconds: 5 })
    const keys = { accessKeyId: 'NEW', secretAccessKey: 'new-secret' }
    expect(await admin(`PATCH /warehouses/${wh}`, { storageKeys: keys, skipProbe: true })).toMatchObject({
      status: 200,
      body: { retentionSeconds: 5, storage: { accessKeyId: 'NEW', prefix: 'p' } },
    })
    const row = await findWarehouse(fixture.deps.sql, wh)
    expect(row && openProfile(fixture.deps.master, row)).toMatchObject({ ...keys, bucket: storage.bucket })
    expect(
      await admin(`PATCH /warehouses/${wh}`, { storageKeys: { accessKeyId: 'HALF' }, skipProbe: true }),
    ).toMatchObject({ status: 400 })
    expect(await admin(`PATCH /warehouses/${wh}`, { retentionSeconds: 7 })).toMatchObject({
      body: { retentionSeconds: 7, hasSecret: true },
    })
    const [event] = (await admin('GET /audit?operation=updateWarehouse&pageSize=2')).body.events.slice(1)
    expect(event).toMatchObject({ object: wh })
    expect(JSON.stringify(event)).not.toContain('new-secret')
  })

  it('the server tests the storage before a warehouse is created, and when a caller requests a check', async () => {
    const broken = { ...s3, bucket: `b-${randomUUID()}`, secretAccessKey: 'x' }
    const { status, body } = await admin('POST /warehouses', { name: 'broken', storage: broken })
    expect([status, body.error.message]).toEqual([
      400,
      expect.stringContaining('The storage cannot be used: writing failed'),
    ])
    expect(await admin('POST /warehouses/validate', { storage: broken })).toMatchObject({ status: 400 })
    const wh = name()
    expect(await admin('POST /warehouses/validate', { storage: file(wh) })).toMatchObject({ status: 204 })
    await admin('POST /warehouses', { name: wh, storage: file(wh) })
    expect(await admin(`POST /warehouses/${wh}/validate`)).toMatchObject({ status: 204 })
    const left = []
    const warehouse = await fixture.deps.warehouses.get(wh)
    for await (const entry of warehouse?.storage.list(`${fixture.folder}/${wh}/`) ?? []) left.push(entry)
    expect(left).toEqual([])
  })

  it('the server lists warehouses by name, in pages, to callers that may use an object in them', async () => {
    const names = [name(), name(), name()]
    for (const wh of names) await admin('POST /warehouses', { name: wh, storage: file(wh) })
    const who = await fixture.principal(
      { privilege: 'use', on: { warehouse: names[0] } },
      { privilege: 'select', on: { warehouse: names[2] } },
    )
    const first = await fixture.as(who, 'GET /warehouses?pageSize=1')
    expect(first.body.warehouses).toMatchObject([{ name: names[0] }])
    const second = await fixture.as(who, `GET /warehouses?pageSize=1&pageToken=${first.body.nextPageToken}`)
    expect(second.body).toMatchObject({ warehouses: [{ name: names[2] }], nextPageToken: null })
    expect((await fixture.as(await fixture.principal(), 'GET /warehouses')).body.warehouses).toEqual([])
  })

  it('the server deletes a warehouse only when it is empty and not protected', async () => {
    const wh = name()
    const { body } = await admin('POST /warehouses', { name: wh, storage: file(wh), protected: true })
    expect(await admin(`DELETE /warehouses/${wh}`)).toMatchObject({
      status: 403,
      body: { error: { code: 'protected' } },
    })
    expect(await admin(`PUT /warehouses/${wh}/protection`, { protected: false })).toMatchObject({
      body: { changed: true },
    })
    expect(await admin(`PUT /warehouses/${wh}/protection`, { protected: false })).toMatchObject({
      body: { changed: false },
    })
    const insert = statement(
      'test_fill_warehouse',
      `with n as (insert into namespace (id, warehouse_id, path, lineage, owners, owner_id) values ($2, $1, 'n', array[$2::uuid], array[$2::uuid], $2) returning id)
       insert into relation (id, warehouse_id, namespace_path, name, kind, uuid, metadata_location, location, owner_id, dropped_at, expires_at)
       values ($2, $1, 'n', 't', 'table', $2, 'file:///x', 'file:///x', $2, now(), now() + interval '1 day')`,
    )
    await fixture.deps.sql.run(insert, [body.id, randomUUID()])
    const refused = await admin(`DELETE /warehouses/${wh}`)
    expect(refused).toMatchObject({ status: 409 })
    expect(refused.body.error.message).toContain('it contains 1 namespace, 1 dropped table or view')
    await fixture.deps.sql.run(
      statement(
        'test_empty_warehouse',
        'with r as (delete from relation where warehouse_id = $1) delete from namespace where warehouse_id = $1',
      ),
      [body.id],
    )
    expect(await admin(`DELETE /warehouses/${wh}`)).toMatchObject({ status: 204 })
    expect(await admin(`GET /warehouses/${wh}`)).toMatchObject({ status: 404 })
  })

  it('the server notifies all replicas of every change of a warehouse', async () => {
    const seen: (string | null)[] = []
    await using _ = await fixture.server.store.sql.listen('headgate', (payload) => seen.push(payload))
    const wh = name()
    const { body } = await admin('POST /warehouses', { name: wh, storage: file(wh) })
    await admin(`PATCH /warehouses/${wh}`, { retentionSeconds: 1 })
    await admin(`DELETE /warehouses/${wh}`)
    await expect.poll(() => seen.filter((payload) => payload === `warehouse:${body.id}`).length).toBe(3)
  })

  it('the server creates a missing default warehouse once at its start', async () => {
    const wanted = { name: name(), profile: { type: 'file', root: `${fixture.folder}/ensured` } } as const
    await Promise.all([1, 2, 3].map(() => ensureWarehouse(fixture.deps, wanted)))
    await ensureWarehouse(fixture.deps, { ...wanted, settings: { retentionSeconds: 1 } })
    expect(await admin(`GET /warehouses/${wanted.name}`)).toMatchObject({
      body: { version: 1, retentionSeconds: 604_800 },
    })
  })
})
