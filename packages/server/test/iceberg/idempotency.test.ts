import type { Json } from '@headgate/json'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import { type TestResponse, type TestServer, testServer } from '../server.ts'
import {
  append,
  commit,
  toCreation,
  idempotencyKey,
  readMetadataLocation,
  readMetadata,
  objectAt,
  schema,
  setProperties,
  viewBody,
} from './tables.ts'

let server: TestServer
beforeAll(async () => {
  server = await testServer()
  for (const name of ['i', 'j']) await server.send('POST', 'namespaces', { namespace: [name] })
})
afterAll(() => server[Symbol.asyncDispose]())

const tables = 'namespaces/i/tables'
const waiting = statement(
  'test-twin-waiting',
  `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
)
const create = (name: string): Promise<TestResponse> => server.send('POST', tables, { name, schema })
const at = (name: string, namespace = 'i'): { namespace: string[]; name: string } => ({
  namespace: [namespace],
  name,
})

function keyed(key: string, method: string, path: string, body?: Json): Promise<TestResponse> {
  return server.send(method, path, body, { 'idempotency-key': key })
}

/**
 * Removes timestamps from a response, because a repeated stage-create builds its response again with the
 * current time.
 */
function withoutTime(response: TestResponse): Json {
  const { metadata, ...others } = objectAt(response.json)
  return metadata === undefined
    ? others
    : { ...others, metadata: { ...objectAt(metadata), 'last-updated-ms': 0 } }
}

/** Sends a request twice, and then five times concurrently. All responses must be the same success. */
async function repeated(method: string, path: string, body?: Json): Promise<TestResponse> {
  const key = idempotencyKey()
  const first = await keyed(key, method, path, body)
  expect(first.status, `${method} ${path} ${JSON.stringify(first.json)}`).toBeOneOf([200, 204])
  const others = [
    await keyed(key, method, path, body),
    ...(await Promise.all(Array.from({ length: 5 }, () => keyed(key, method, path, body)))),
  ]
  for (const response of others)
    expect(response.status, `${method} ${path} ${JSON.stringify(response.json)}`).toBe(first.status)
  if (first.json === null) return first
  for (const response of others) expect(withoutTime(response)).toEqual(withoutTime(first))
  return first
}

test('every changing operation with an idempotency key takes effect once, and its repetition returns the same response', async () => {
  await repeated('POST', 'namespaces', { namespace: ['once'], properties: { a: '1' } })
  await repeated('POST', 'namespaces/once/properties', { removals: ['a'], updates: { b: '2' } })
  await repeated('DELETE', 'namespaces/once')
  await repeated('POST', tables, { name: 'created', schema })
  const staged = await repeated('POST', tables, { name: 'staged', schema, 'stage-create': true })
  await repeated('POST', `${tables}/staged`, toCreation(staged))
  const committed = await repeated('POST', `${tables}/created`, { requirements: [], updates: append(1n, 1) })
  expect(readMetadata(committed)['snapshots']).toHaveLength(1)
  expect(readMetadataLocation(committed)).toContain('/00001-')
  await repeated('POST', `${tables}/created`, { requirements: [], updates: [] })
  const changes = ['created', 'staged'].map((name) => ({
    identifier: at(name),
    requirements: [],
    updates: [setProperties({ t: '1' })],
  }))
  await repeated('POST', 'transactions/commit', { 'table-changes': changes })
  expect(readMetadataLocation(await server.send('GET', `${tables}/created`))).toContain('/00002-')
  await repeated('POST', 'tables/rename', { source: at('created'), destination: at('renamed') })
  await repeated('POST', 'namespaces/i/views', viewBody('view'))
  await repeated('POST', 'namespaces/i/views/view', {
    requirements: [],
    updates: [setProperties({ a: '1' })],
  })
  await repeated('POST', 'views/rename', { source: at('view'), destination: at('view-2') })
  await repeated('DELETE', 'namespaces/i/views/view-2')
  const file = readMetadataLocation(await server.send('GET', `${tables}/staged`))
  await repeated('POST', 'namespaces/i/register', {
    name: 'staged',
    'metadata-location': file,
    overwrite: true,
  })
  await repeated('DELETE', `${tables}/renamed?purgeRequested=true`)
  const unregistered = await repeated('POST', `${tables}/staged/unregister`)
  expect(readMetadataLocation(unregistered)).toBe(file)
})

test('a repeated stage-create returns the same UUID and location, also after the table was committed', async () => {
  const key = idempotencyKey()
  const body = { name: 'again', schema, 'stage-create': true }
  const first = await keyed(key, 'POST', tables, body)
  await server.send('POST', `${tables}/again`, toCreation(first))
  const later = await keyed(key, 'POST', tables, body)
  expect(later.status).toBe(200)
  for (const field of ['table-uuid', 'location'])
    expect(readMetadata(later)[field]).toBe(readMetadata(first)[field])
})

test('a repetition returns the stored refusal, also when the request would succeed now', async () => {
  await create('refused')
  const cases: readonly (readonly [string, string, string, Json])[] = [
    [idempotencyKey(), 'POST', tables, { name: 'refused', schema }],
    [
      idempotencyKey(),
      'POST',
      `${tables}/refused`,
      { requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 1 }], updates: [] },
    ],
    [idempotencyKey(), 'POST', 'namespaces/later/tables', { name: 'x', schema }],
    [
      idempotencyKey(),
      'POST',
      `${tables}/refused`,
      { requirements: [], updates: [{ action: 'set-current-schema', 'schema-id': 7 }] },
    ],
  ]
  const first = await Promise.all(cases.map((it) => keyed(...it)))
  expect(first.map(({ status }) => status)).toEqual([409, 409, 404, 400])
  await commit(server.send, `${tables}/refused`, append(1, 1))
  await server.send('DELETE', `${tables}/refused`)
  await server.send('POST', 'namespaces', { namespace: ['later'] })
  const again = await Promise.all(cases.map((it) => keyed(...it)))
  expect(again.map(({ json }) => json)).toEqual(first.map(({ json }) => json))
})

test('an idempotency key of another request results in 422', async () => {
  const key = idempotencyKey()
  await keyed(key, 'POST', tables, { name: 'mine', schema })
  const used = { status: 422, json: { error: { type: 'UnprocessableEntityException' } } }
  expect(await keyed(key, 'POST', tables, { name: 'mine-2', schema })).toMatchObject(used)
  expect(await keyed(key, 'POST', 'namespaces/j/tables', { name: 'mine', schema })).toMatchObject(used)
  expect(await keyed(key, 'DELETE', `${tables}/mine`)).toMatchObject(used)
  expect(await keyed(key.toUpperCase(), 'POST', tables, { name: 'mine', schema })).toMatchObject({
    status: 200,
  })
  expect((await server.send('HEAD', `${tables}/mine`)).status).toBe(204)
})

test('two principals can use the same idempotency key independently', async () => {
  const key = idempotencyKey()
  await keyed(key, 'POST', tables, { name: 'whose', schema })
  const ann = await server.caller('ann')
  await server.grant({ privilege: 'create', on: { kind: 'warehouse', id: server.warehouseId }, to: ann })
  const response = await ann.send('POST', tables, { name: 'whose', schema }, { 'idempotency-key': key })
  expect(response).toMatchObject({ status: 409 })
})

test('a malformed idempotency key results in 400', async () => {
  for (const key of ['x', '', crypto.randomUUID(), `${idempotencyKey()}0`]) {
    expect((await keyed(key, 'POST', tables, { name: 'no-key', schema })).status, key).toBe(400)
  }
  expect((await server.send('HEAD', `${tables}/no-key`)).status).toBe(404)
})

test('outcomes with status 401, 403 and 5xx are not stored: a request with the same idempotency key succeeds after the cause is removed', async () => {
  const bob = await server.caller('bob')
  const key = idempotencyKey()
  const warehouse = { kind: 'warehouse', id: server.warehouseId } as const
  await server.grant({ privilege: 'use', on: warehouse, to: bob })
  const send = (): Promise<TestResponse> =>
    bob.send('POST', tables, { name: 'bobs', schema }, { 'idempotency-key': key })
  expect((await send()).status).toBe(403)
  await server.grant({ privilege: 'create', on: warehouse, to: bob })
  expect((await send()).status).toBe(200)
})

test('refusals of a caller who may not see the warehouse are not stored, whether the object exists or not', async () => {
  const eve = await server.caller('eve')
  const warehouse = { kind: 'warehouse', id: server.warehouseId } as const
  await create('unseen')
  const cases: readonly (readonly [string, string, string])[] = [
    [idempotencyKey(), 'DELETE', `${tables}/unseen`],
    [idempotencyKey(), 'DELETE', `${tables}/absent`],
  ]
  const send = ([key, method, path]: (typeof cases)[number]): Promise<TestResponse> =>
    eve.send(method, path, undefined, { 'idempotency-key': key })
  const refused = await Promise.all(cases.map(send))
  expect(refused.map(({ status }) => status)).toEqual([404, 404])
  expect(refused[1]?.json).toEqual(refused[0]?.json)
  await create('absent')
  await server.grant({ privilege: 'manage', on: warehouse, to: eve })
  expect((await Promise.all(cases.map(send))).map(({ status }) => status)).toEqual([204, 204])
})

test('a repeated commit returns its own table under the current name, and never another table', async () => {
  await create('moving')
  const key = idempotencyKey()
  const body = { requirements: [], updates: [setProperties({ mine: '1' })] }
  const first = await keyed(key, 'POST', `${tables}/moving`, body)
  await server.send('POST', 'tables/rename', { source: at('moving'), destination: at('moved', 'j') })
  await create('moving')
  const again = await keyed(key, 'POST', `${tables}/moving`, body)
  expect(again).toMatchObject({ status: 200, json: first.json })
  await server.send('DELETE', 'namespaces/j/tables/moved')
  // A 404 would make the client delete the files of its commit.
  expect(await keyed(key, 'POST', `${tables}/moving`, body)).toMatchObject({
    status: 500,
    json: { error: { type: 'CommitStateUnknownException' } },
  })
  expect(readMetadata(await server.send('GET', `${tables}/moving`))['properties']).not.toHaveProperty('mine')
})

test('a repeated create never returns a table that another caller created under the name later', async () => {
  const key = idempotencyKey()
  const first = await keyed(key, 'POST', tables, { name: 'replaced', schema })
  await server.send('DELETE', `${tables}/replaced`)
  const second = await create('replaced')
  expect(readMetadata(second)['table-uuid']).not.toBe(readMetadata(first)['table-uuid'])
  expect(await keyed(key, 'POST', tables, { name: 'replaced', schema })).toMatchObject({ status: 404 })
})

test('an expired key can be used again, even before its row is deleted', async () => {
  const [success, refusal] = [idempotencyKey(), idempotencyKey()]
  await keyed(success, 'POST', tables, { name: 'old', schema })
  await keyed(refusal, 'POST', tables, { name: 'old', schema })
  await server.sql.run(expire)
  expect(await keyed(success, 'POST', tables, { name: 'new', schema })).toMatchObject({
    status: 200,
    json: { metadata: {} },
  })
  expect((await keyed(refusal, 'POST', 'namespaces', { namespace: ['new-by-key'] })).status).toBe(200)
  await server.sql.run(expire)
  expect((await keyed(success, 'DELETE', `${tables}/new`)).status).toBe(204)
  expect((await keyed(refusal, 'DELETE', 'namespaces/new-by-key')).status).toBe(204)
  expect((await server.send('HEAD', 'namespaces/new-by-key')).status).toBe(404)
})

test('only one of many concurrent requests with one idempotency key and different bodies takes effect', async () => {
  const key = idempotencyKey()
  const responses = await Promise.all(
    Array.from({ length: 8 }, (_, n) => keyed(key, 'POST', tables, { name: `fan-${n}`, schema })),
  )
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const { status } of responses) expect(status).toBeOneOf([200, 422])
  const { identifiers } = objectAt((await server.send('GET', tables)).json)
  expect((identifiers as { name: string }[]).filter(({ name }) => name.startsWith('fan-'))).toHaveLength(1)
})

const expire = statement('test_expire', `update idempotency set expires_at = now() - interval '1 second'`)

test('a request returns the outcome of its duplicate when the duplicate commits before the request stores its refusal', async () => {
  await create('twin')
  const key = idempotencyKey()
  const body = {
    requirements: [{ type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }],
    updates: append(1, 1),
  }
  const committed = await keyed(key, 'POST', `${tables}/twin`, body)
  // The change of the duplicate request is visible, so this request is refused. The stored outcome of the
  // duplicate is not committed yet.
  const holder = new Client({ connectionString: server.databaseUrl })
  await holder.connect()
  try {
    await holder.query(`create temp table twin as select * from idempotency where key = '${key}'`)
    await holder.query(`delete from idempotency where key = '${key}'`)
    await holder.query('begin; insert into idempotency select * from twin')
    const response = keyed(key, 'POST', `${tables}/twin`, body)
    await expect.poll(async () => (await server.sql.run(waiting)).length).toBe(1)
    await holder.query('commit')
    expect(await response).toMatchObject({ status: 200 })
    expect(readMetadataLocation(await response)).toBe(readMetadataLocation(committed))
  } finally {
    await holder.end()
  }
})
