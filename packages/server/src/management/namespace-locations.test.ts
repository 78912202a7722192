import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Json, stringify } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Storage } from '@headgate/storage'
import { readMetadata, objectAt, schema, textAt } from '../../test/iceberg/tables.ts'
import {
  type Send,
  type TestResponse,
  type TestCaller,
  testServer,
  type TestServer,
} from '../../test/server.ts'

let server: TestServer
let extra: string
let ann: TestCaller
beforeAll(async () => {
  extra = await mkdtemp(join(tmpdir(), 'headgate-granted-'))
  server = await testServer({ allowedLocations: [`file://${extra}`] })
  ann = await server.caller('ann')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(extra, { recursive: true })
})

const path = '/management/v1/warehouses/lakehouse/namespace/locations'
const grant = (namespace: string, location: string, send: Send = server.send): Promise<TestResponse> =>
  send('POST', path, { namespace: [namespace], location })
const revoke = (namespace: string, location: string, send: Send = server.send): Promise<TestResponse> =>
  send('POST', `${path}/revoke`, { namespace: [namespace], location })
const list = (namespace: string, send: Send = server.send, query = ''): Promise<TestResponse> =>
  send('GET', `${path}?namespace=${namespace}${query}`)

async function locationsIn(namespace: string): Promise<Json> {
  const { locations } = objectAt((await list(namespace)).json)
  return Array.isArray(locations) ? locations.map((each) => textAt(each, 'location')) : []
}

/** Creates a namespace, grants ann the privilege on it, and returns its id. */
async function namespaceFor(
  name: string,
  privilege: 'create' | 'manage' | 'administer-storage' = 'create',
): Promise<string> {
  await server.send('POST', 'namespaces', { namespace: [name] })
  const details = await server.send('GET', `/management/v1/warehouses/lakehouse/namespace?namespace=${name}`)
  const id = textAt(details.json, 'id')
  await server.grant({ privilege, on: { kind: 'namespace', id }, to: ann })
  return id
}

/**
 * Writes the files of a table that is not in the catalog. Its metadata contains `recorded` as its location.
 * Returns the location of the metadata file.
 */
async function putTable(location: string, recorded = location): Promise<string> {
  const name = `t${randomUUID().slice(0, 8)}`
  const body = { name, schema, location: `${server.root}/${randomUUID()}`, 'stage-create': true }
  await server.send('POST', 'namespaces', { namespace: ['models'] })
  const model = readMetadata(await server.send('POST', 'namespaces/models/tables', body))
  const file = `${location}/metadata/v1.metadata.json`
  await mkdir(dirname(fileURLToPath(file)), { recursive: true })
  await writeFile(
    fileURLToPath(file),
    stringify({ ...model, location: recorded, 'table-uuid': randomUUID() }),
  )
  return file
}

const register = (
  namespace: string,
  file: string,
  send = ann.send,
  name: string = randomUUID(),
): Promise<TestResponse> =>
  send('POST', `namespaces/${namespace}/register`, { name, 'metadata-location': file })
const create = (namespace: string, location: string, send = ann.send): Promise<TestResponse> =>
  send('POST', `namespaces/${namespace}/tables`, { name: randomUUID(), schema, location })

test('a caller with the privilege create on a namespace registers and creates tables in a location that was granted to the namespace, but not in a location next to it', async () => {
  const id = await namespaceFor('granted')
  const landing = `${server.root}/landing`
  const [inside, second, sibling] = [
    await putTable(`${landing}/a`),
    await putTable(`${landing}/b`),
    await putTable(`${landing}-2/a`),
  ]
  expect(await register('granted', inside)).toMatchObject({
    status: 403,
    json: { error: { message: expect.stringContaining('headgate namespace grant-location') } },
  })
  expect(await create('granted', `${landing}/b`)).toMatchObject({
    status: 403,
    json: { error: { message: expect.stringContaining('headgate namespace grant-location') } },
  })
  expect(await grant('granted', landing)).toMatchObject({ status: 200, json: { changed: true } })
  expect((await register('granted', inside)).status).toBe(200)
  expect((await create('granted', `${landing}/b`)).status).toBe(200)
  expect((await register('granted', sibling)).status).toBe(403)
  expect((await create('granted', `${landing}-2/a`)).status).toBe(403)
  // A metadata file in the granted location cannot direct the table to another location.
  const leading = await putTable(`${landing}/c`, `${landing}-2/a`)
  expect((await register('granted', leading)).status).toBe(403)
  // The location of another table remains protected, even within a granted location.
  const bob = await server.caller('bob')
  await server.grant({ privilege: 'create', on: { kind: 'namespace', id }, to: bob })
  expect((await register('granted', second, bob.send)).status).toBe(403)
  expect((await create('granted', `${landing}/b`, bob.send)).status).toBe(400)
})

test('a granted location can be used by child namespaces, but not by other namespaces', async () => {
  await namespaceFor('outer')
  await server.send('POST', 'namespaces', { namespace: ['outer', 'inner'] })
  await namespaceFor('sibling')
  const place = `${extra}/nested`
  const file = await putTable(`file://${place}/t`)
  await grant('outer', `file://${place}`)
  expect((await register('sibling', file)).status).toBe(403)
  expect((await register('outer%1Finner', file)).status).toBe(200)
})

test('a namespace that was deleted and created again has no granted locations', async () => {
  await namespaceFor('again')
  const place = `${server.root}/again`
  const file = await putTable(`${place}/t`)
  await grant('again', place)
  expect((await server.send('DELETE', 'namespaces/again')).status).toBe(204)
  await namespaceFor('again')
  expect(await locationsIn('again')).toEqual([])
  expect((await register('again', file)).status).toBe(403)
  expect((await create('again', `${place}/t`)).status).toBe(403)
})

test('a location is refused after its grant was revoked, but existing tables in it remain', async () => {
  await namespaceFor('revoked')
  const place = `${server.root}/revoked`
  const [first, second] = [await putTable(`${place}/a`), await putTable(`${place}/b`)]
  await grant('revoked', place)
  expect((await register('revoked', first, ann.send, 'kept')).status).toBe(200)
  expect((await revoke('revoked', `${place}/a`)).json).toEqual({ changed: false })
  expect((await revoke('revoked', `${place}/`)).json).toEqual({ changed: true })
  expect((await revoke('revoked', place)).json).toEqual({ changed: false })
  expect((await register('revoked', second)).status).toBe(403)
  expect((await ann.send('GET', 'namespaces/revoked/tables/kept')).status).toBe(200)
})

test('only holders of administer-storage, and not managers of the namespace, grant and revoke locations', async () => {
  await namespaceFor('managed', 'manage')
  await namespaceFor('administered', 'administer-storage')
  const place = `${server.root}/administered`
  for (const change of [grant, revoke])
    expect((await change('managed', place, ann.send)).status, change.name).toBe(403)
  expect((await grant('administered', place, ann.send)).json).toEqual({ changed: true })
  expect((await grant('administered', place, ann.send)).json).toEqual({ changed: false })
  expect((await list('managed', ann.send)).status).toBe(200)
  expect((await revoke('administered', place, ann.send)).json).toEqual({ changed: true })
  const stranger = await server.caller('stranger')
  for (const response of [await list('managed', stranger.send), await grant('managed', place, stranger.send)])
    expect(response.status).toBe(404)
})

test('a grant of the warehouse root, of a location that contains it, or of a location outside of the allowed locations is refused', async () => {
  await namespaceFor('bounded')
  for (const [location, status] of [
    [server.root, 400],
    [`${server.root}/`, 400],
    [`${server.root}/..`, 400],
    [dirname(server.root), 400],
    [`${server.root}-2`, 403],
    ['file:///etc', 403],
    ['s3://lakehouse/x', 403],
    ['nonsense', 400],
  ] as const)
    expect((await grant('bounded', location)).status, location).toBe(status)
  expect((await grant('missing', `${server.root}/x`)).status).toBe(404)
  expect((await grant('bounded', `file://${extra}`)).status).toBe(200)
  expect(await locationsIn('bounded')).toEqual([`file://${extra}/`])
})

test('granted locations are listed in pages, and each grant and revocation writes an audit event', async () => {
  await namespaceFor('audited')
  for (const name of ['c', 'a', 'b']) await grant('audited', `${server.root}/audited/${name}`)
  expect(await locationsIn('audited')).toEqual(
    ['a', 'b', 'c'].map((name) => `${server.root}/audited/${name}/`),
  )
  const first = objectAt((await list('audited', server.send, '&pageSize=2')).json)
  expect(first['locations']).toHaveLength(2)
  const rest = await list('audited', server.send, `&pageSize=2&pageToken=${textAt(first, 'nextPageToken')}`)
  expect(rest.json).toMatchObject({
    locations: [{ location: `${server.root}/audited/c/` }],
    nextPageToken: null,
  })
  await revoke('audited', `${server.root}/audited/c`)
  const { json } = await server.send('GET', '/management/v1/audit?pageSize=4&outcome=allowed')
  expect(json).toMatchObject({
    events: [
      { operation: 'revokeNamespaceLocation', detail: { location: `${server.root}/audited/c` } },
      ...['b', 'a', 'c'].map((name) => ({
        operation: 'grantNamespaceLocation',
        privilege: 'administer-storage',
        object: 'lakehouse:audited',
        outcome: 'allowed',
        detail: { location: `${server.root}/audited/${name}` },
      })),
    ],
  })
})

test('a create that was authorized before the revocation of its location is not committed afterwards', async () => {
  let beforePut: (() => Promise<void>) | null = null
  await using other = await testServer({
    wrapStorage: (storage) =>
      new Proxy(storage, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target)
          if (typeof value !== 'function') return value
          if (name !== 'put') return value.bind(target) as unknown
          return async (...args: Parameters<Storage['put']>) => {
            const run = beforePut
            beforePut = null
            await run?.()
            return target.put(...args)
          }
        },
      }),
  })
  await other.send('POST', 'namespaces', { namespace: ['n'] })
  const caller = await other.caller('ann')
  await other.grant({ privilege: 'create', on: { kind: 'warehouse', id: other.warehouseId }, to: caller })
  const place = { namespace: ['n'], location: `${other.root}/place` }
  expect((await other.send('POST', path, place)).status).toBe(200)
  await mkdir(fileURLToPath(place.location), { recursive: true })
  await writeFile(join(fileURLToPath(place.location), 'data.parquet'), 'x')
  let revoked: TestResponse | undefined
  beforePut = async () => {
    revoked = await other.send('POST', `${path}/revoke`, place)
  }
  const body = { name: 't', schema, location: place.location }
  expect((await caller.send('POST', 'namespaces/n/tables', body)).status).toBe(403)
  expect(revoked?.json).toEqual({ changed: true })
  expect((await other.send('HEAD', 'namespaces/n/tables/t')).status).toBe(404)
})

test('a namespace has at most 100 granted locations', async () => {
  await namespaceFor('crowded')
  for (let index = 0; index < 100; index += 1)
    expect((await grant('crowded', `file://${extra}/crowded/${index}`)).status).toBeLessThan(300)
  expect(await grant('crowded', `file://${extra}/crowded/100`)).toMatchObject({
    status: 409,
    json: { error: { message: expect.stringContaining('headgate namespace revoke-location') as unknown } },
  })
  expect((await grant('crowded', `file://${extra}/crowded/0`)).status).toBeLessThan(300)
})
