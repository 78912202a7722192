import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openProfile } from '../catalog/storage-secret.ts'
import { AccessKeys } from '../identity/access-keys/access-keys.ts'
import { KeyRing } from '../keys/key-ring.ts'
import { type MasterKey, masterKeyFrom } from '../keys/master-key.ts'
import { readKeys } from '../store/key-ring.ts'
import { statement } from '../store/sql.ts'
import { findWarehouse } from '../store/warehouses.ts'
import { keyOperations } from './keys.ts'
import type { KeyView } from './key-schemas.ts'
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

const keys = async (): Promise<readonly KeyView[]> => (await admin('GET /keys')).body.keys
const findActive = async (purpose: string): Promise<string | undefined> =>
  (await keys()).find((key) => key.purpose === purpose && key.state === 'active')?.id
const add = async (purpose: string): Promise<KeyView> =>
  (await admin('POST /keys', { purpose })).body as object as KeyView
const grow = statement(
  'test_grow_key',
  `update key_ring set created_at = created_at - interval '1 hour' where id = $1`,
)
const everySealed = statement(
  'test_every_sealed',
  `select string_agg(encode(sealed, 'hex'), ' ') as text from key_ring`,
)

describe('The key operations', () => {
  it('the server lists keys without secrets', async () => {
    const { status, body } = await admin('GET /keys')
    expect(status).toBe(200)
    expect(body.keys.map(({ purpose, state }) => `${purpose} ${state}`).toSorted()).toEqual([
      'console-session active',
      'page-token active',
      's3-session active',
      'session-token active',
      'storage-refresh active',
    ])
    expect(Object.keys(body.keys[0] ?? {}).toSorted()).toEqual([
      'createdAt',
      'id',
      'promotableInSeconds',
      'promotedAt',
      'purpose',
      'retiredAt',
      'sealedByMasterKey',
      'state',
    ])
  })

  it('the server promotes an added key only when every replica has loaded it', async () => {
    const before = await findActive('s3-session')
    const key = await add('s3-session')
    expect(key).toMatchObject({ state: 'added', purpose: 's3-session' })
    expect(key.promotableInSeconds).toBeGreaterThan(50)
    const refused = await admin(`POST /keys/${key.id}/promote`, {})
    expect(refused).toMatchObject({ status: 400 })
    expect(refused.body.error.message).toMatch(/too young: promote it in \d+ seconds/)
    await fixture.deps.sql.run(grow, [key.id])
    expect(await admin(`POST /keys/${key.id}/promote`, {})).toMatchObject({
      status: 200,
      body: { state: 'active', promotableInSeconds: null },
    })
    expect((await keys()).find(({ id }) => id === before)).toMatchObject({ state: 'retired' })
    expect(await admin(`POST /keys/${key.id}/promote`, {})).toMatchObject({ status: 400 })
  })

  it('the server promotes a key at once with the option forceNow', async () => {
    const { id } = await add('page-token')
    expect(await admin(`POST /keys/${id}/promote`, { forceNow: true })).toMatchObject({ status: 200 })
    const [event] = (await admin('GET /audit?operation=promoteKey&pageSize=1')).body.events
    expect(event).toMatchObject({ object: id, outcome: 'allowed', detail: { forceNow: true } })
  })

  it('the server deletes a leaked signing key at once, but never the active one', async () => {
    const active = await findActive('storage-refresh')
    expect(await admin(`DELETE /keys/${active}`)).toMatchObject({ status: 400 })
    const { id } = await add('storage-refresh')
    await admin(`POST /keys/${id}/promote`, { forceNow: true })
    expect(await admin(`DELETE /keys/${active}`)).toMatchObject({ status: 204 })
    expect(await admin(`DELETE /keys/${active}`)).toMatchObject({ status: 404 })
    expect((await keys()).map((key) => key.id)).not.toContain(active)
    expect((await admin('GET /audit?operation=retireKey&pageSize=1')).body.events[0]).toMatchObject({
      object: active,
    })
  })

  it('the key operations require manage on the server', async () => {
    const maker = await fixture.principal({ privilege: 'create', on: 'server' })
    const [first] = await keys()
    for (const line of ['GET /keys', 'POST /keys/reseal', `DELETE /keys/${first?.id}`])
      expect(await fixture.as(maker, line)).toMatchObject({ status: 403 })
    expect(await fixture.as(maker, 'POST /keys', { purpose: 'page-token' })).toMatchObject({ status: 403 })
    const count = (await keys()).length
    expect(await admin('POST /keys', { purpose: 'nothing' })).toMatchObject({ status: 400 })
    expect(await keys()).toHaveLength(count)
  })
})

describe('The rotation of the master key', () => {
  it('the server decrypts secrets with both master keys during the rotation, and without the old master key after it', async () => {
    await using fresh = await testWarehouseManagement()
    const { sql } = fresh.deps
    const secretAccessKey = `secret-${randomUUID()}`
    const storage = {
      type: 's3',
      bucket: 'lake',
      endpoint: 'http://127.0.0.1:1',
      accessKeyId: 'A',
      secretAccessKey,
    }
    const as = (line: string, body?: unknown): Promise<Reply> => fresh.as(fresh.server.admin, line, body)
    expect(await as('POST /warehouses', { name: 'wh', storage, skipProbe: true })).toMatchObject({
      status: 201,
    })
    await as('POST /warehouses', { name: 'plain', storage: { type: 'file', root: `${fresh.folder}/plain` } })
    await as('POST /principals', { name: 'etl' })
    const accessKey = (await as('POST /principals/etl/access-keys')).body
    const old = fresh.deps.master
    const young = masterKeyFrom(randomBytes(32), old)
    const both = bindKeyOperations(fresh, young)
    const before = await as('GET /keys')

    expect(await both('listKeys')).toMatchObject({
      masterKey: {
        fingerprint: young.fingerprint,
        previousFingerprint: old.fingerprint,
        keysToReseal: 5,
        warehousesToReseal: 1,
        accessKeysToReseal: 1,
      },
    })
    const row = async (): Promise<Parameters<typeof openProfile>[1]> => {
      const found = await findWarehouse(sql, 'wh')
      if (found === null) throw new Error('gone')
      return found
    }
    expect(openProfile(young, await row())).toMatchObject({ secretAccessKey })
    const { version } = (await findWarehouse(sql, 'wh')) ?? {}

    expect(await both('resealKeys')).toEqual({
      fingerprint: young.fingerprint,
      keys: { done: 5, before: 0, unreadable: [] },
      warehouses: { done: 1, before: 0, unreadable: [] },
      accessKeys: { done: 1, before: 0, unreadable: [] },
    })
    expect(await both('resealKeys')).toMatchObject({
      keys: { done: 0, before: 5 },
      warehouses: { done: 0, before: 1 },
      accessKeys: { done: 0, before: 1 },
    })
    expect(await both('listKeys')).toMatchObject({
      masterKey: { keysToReseal: 0, warehousesToReseal: 0, accessKeysToReseal: 0 },
    })

    const alone = masterKeyFrom(young.key.export())
    expect(alone.fingerprint).toBe(young.fingerprint)
    expect(openProfile(alone, await row())).toMatchObject({ secretAccessKey })
    const accessKeys = new AccessKeys({ sql, master: alone, mark: () => fresh })
    expect(await accessKeys.find(accessKey.accessKeyId)).toMatchObject({ secret: accessKey.secretAccessKey })
    const sealed = await row()
    expect(() => openProfile(old, sealed)).toThrow('master key')
    expect(await findWarehouse(sql, 'wh')).toMatchObject({ version })
    await using ring = await KeyRing.open({ sql, master: alone })
    expect(
      ring
        .list()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(before.body.keys.map(({ id }) => id).toSorted())
    await expect(KeyRing.open({ sql, master: old })).rejects.toThrow(/master key .* does not open/)
  })

  it('resealKeys does not change secrets that neither master key can decrypt, names them in the response, and continues with the other secrets', async () => {
    const { sql } = fixture.deps
    const [stored] = await sql.run<{ text: string }>(everySealed)
    const stranger = masterKeyFrom(randomBytes(32), masterKeyFrom(randomBytes(32)))
    const report = await bindKeyOperations(fixture, stranger)('resealKeys')
    const ids = (await readKeys(sql)).map(({ id }) => id)
    expect(report).toMatchObject({ keys: { done: 0, before: 0, unreadable: ids } })
    expect(await sql.run(everySealed)).toEqual([stored])
  })
})

/** Returns the key operations of a server with another master key and the same database. */
function bindKeyOperations(
  { server, deps }: TestWarehouseManagement,
  master: MasterKey,
): (id: string) => Promise<object> {
  const operations = keyOperations({ ...deps, master })
  return async (id) => {
    const operation = operations.find((each) => each.id === id)
    if (operation === undefined) throw new Error(`no ${id}`)
    return (await server.run(server.admin, operation)).body
  }
}
