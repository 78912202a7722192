import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Json } from '@headgate/json'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import type { Storage } from '@headgate/storage'
import { type TestCaller, type TestServer, testServer } from '../server.ts'
import { commit, readMetadataLocation, objectAt, schema, setProperties, viewBody } from './tables.ts'

let server: TestServer
let beforePut: (() => Promise<void>) | null = null
beforeAll(async () => {
  server = await testServer({ wrapStorage: (storage) => withHook(storage) })
  const { send } = server
  for (const namespace of [['open'], ['shut'], ['shut', 'inner']])
    await send('POST', 'namespaces', { namespace, properties: { secret: 'x' } })
  for (const namespace of ['open', 'shut']) {
    for (const name of ['one', 'two']) await send('POST', `namespaces/${namespace}/tables`, { name, schema })
    await send('POST', `namespaces/${namespace}/views`, viewBody('view'))
  }
})
afterAll(() => server[Symbol.asyncDispose]())

/** Wraps a storage so that a test can run code between the access decision and the write of a request. */
function withHook(storage: Storage): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name !== 'put') return value.bind(target) as unknown
      return async (...args: Parameters<Storage['put']>) => {
        const hook = beforePut
        beforePut = null
        await hook?.()
        return target.put(...args)
      }
    },
  })
}

const findId = statement(
  'test_relation_id',
  `select r.id from relation r join namespace n on n.id = r.namespace_id where n.path = $1 and r.name = $2`,
)
const namespaceId = statement('test_namespace_id', `select id from namespace where path = $1`)

async function relation(path: string, name: string): Promise<{ kind: 'relation'; id: string }> {
  const [row] = await server.sql.run<{ id: string }>(findId, [path, name])
  return { kind: 'relation', id: row?.id ?? '' }
}

async function namespace(path: string): Promise<{ kind: 'namespace'; id: string }> {
  const [row] = await server.sql.run<{ id: string }>(namespaceId, [path])
  return { kind: 'namespace', id: row?.id ?? '' }
}

const id = (name: string, level: string): { namespace: string[]; name: string } => ({
  namespace: [level],
  name,
})

/** Returns a request of each operation on a table and a view of a namespace. */
function requestsOn(level: string, table: string, view: string, file: string): [string, string, Json?][] {
  const tables = `namespaces/${level}/tables`
  const views = `namespaces/${level}/views`
  return [
    ['GET', `namespaces/${level}`],
    ['HEAD', `namespaces/${level}`],
    ['GET', `namespaces?parent=${level}`],
    ['POST', `namespaces/${level}/properties`, { updates: { a: '1' } }],
    ['POST', 'namespaces', { namespace: [level, 'new'] }],
    ['GET', tables],
    ['GET', views],
    ['POST', tables, { name: 'new', schema }],
    ['POST', tables, { name: table, schema, 'stage-create': true }],
    ['POST', views, viewBody('new')],
    ['GET', `${tables}/${table}`],
    ['HEAD', `${tables}/${table}`],
    ['POST', `${tables}/${table}`, { requirements: [], updates: [setProperties({ a: '1' })] }],
    ['POST', `${tables}/${table}`, { requirements: [{ type: 'assert-create' }], updates: [] }],
    ['POST', `${tables}/${table}/unregister`],
    ['POST', `${tables}/${table}/metrics`, { 'report-type': 'x', report: {} }],
    ['GET', `${views}/${view}`],
    ['HEAD', `${views}/${view}`],
    ['POST', `${views}/${view}`, { requirements: [], updates: [setProperties({ a: '1' })] }],
    ['POST', `namespaces/${level}/register`, { name: 'new', 'metadata-location': file }],
    ['POST', `namespaces/${level}/register`, { name: table, 'metadata-location': file, overwrite: true }],
    ['POST', `namespaces/${level}/register-view`, { name: 'new', 'metadata-location': file }],
    ['POST', 'tables/rename', { source: id(table, level), destination: id('new', level) }],
    ['POST', 'views/rename', { source: id(view, level), destination: id('new', level) }],
    [
      'POST',
      'transactions/commit',
      {
        'table-changes': [
          { identifier: id(table, level), requirements: [], updates: [setProperties({ a: '1' })] },
        ],
      },
    ],
    ['DELETE', `${views}/${view}`],
    ['DELETE', `${tables}/${table}`],
    ['DELETE', `namespaces/${level}`],
  ]
}

/** Sends the requests, and returns the responses with the requested names removed. */
async function collectResponses(
  caller: TestCaller,
  requests: readonly [string, string, Json?][],
  names: readonly string[],
): Promise<string[]> {
  const texts: string[] = []
  for (const [method, path, body] of requests) {
    const { status, json } = await caller.send(method, path, body)
    texts.push(
      names.reduce((text, name) => text.replaceAll(name, '#'), `${method} ${status} ${JSON.stringify(json)}`),
    )
  }
  return texts
}

test('a caller without any right in a warehouse gets the same responses as for a missing warehouse', async () => {
  const stranger = await server.caller('nobody')
  const file = readMetadataLocation(await server.send('GET', 'namespaces/shut/tables/one'))
  const there = await collectResponses(stranger, requestsOn('shut', 'one', 'view', file), [
    'shut',
    'one',
    'view',
    file,
  ])
  const missing = await collectResponses(stranger, requestsOn('gone', 'none', 'veiw', file), [
    'gone',
    'none',
    'veiw',
    file,
  ])
  expect(there).toEqual(missing)
  for (const text of there) expect(text).toMatch(/^\w+ 404 (?:null|.*NoSuchWarehouseException)/)
  expect(await stranger.send('GET', '/v1/config?warehouse=lakehouse')).toMatchObject({
    status: 404,
    json: { error: { message: 'Warehouse does not exist: lakehouse' } },
  })
})

test('requests for a hidden object get the same responses as for a missing object, also next to an object that the caller may use', async () => {
  const guest = await server.caller('guest')
  await server.grant({ privilege: 'manage', on: await namespace('open'), to: guest })
  const file = `${server.root}/none.json`
  const there = await collectResponses(guest, requestsOn('shut', 'one', 'view', file), [
    'shut',
    'one',
    'view',
    file,
  ])
  const missing = await collectResponses(guest, requestsOn('gone', 'none', 'veiw', file), [
    'gone',
    'none',
    'veiw',
    file,
  ])
  expect(there).toEqual(missing)
  for (const text of there) expect(text).toMatch(/ 404 /)
  expect((await guest.send('GET', 'namespaces')).json).toMatchObject({ namespaces: [['open']] })
  expect(
    (await guest.send('POST', 'tables/rename', { source: id('one', 'open'), destination: id('x', 'shut') }))
      .json,
  ).toEqual(
    JSON.parse(
      JSON.stringify(
        (
          await guest.send('POST', 'tables/rename', {
            source: id('one', 'open'),
            destination: id('x', 'gone'),
          })
        ).json,
      ).replaceAll('gone', 'shut'),
    ),
  )
})

test('a right on one table allows access to this table only', async () => {
  const reader = await server.caller('reader')
  await server.grant({ privilege: 'select', on: await relation('shut', 'two'), to: reader })
  expect((await reader.send('GET', '/v1/config?warehouse=lakehouse')).status).toBe(200)
  expect((await reader.send('GET', 'namespaces')).json).toMatchObject({ namespaces: [['shut']] })
  expect((await reader.send('GET', 'namespaces?parent=shut')).json).toMatchObject({ namespaces: [] })
  expect((await reader.send('HEAD', 'namespaces/shut')).status).toBe(204)
  expect(JSON.stringify((await reader.send('GET', 'namespaces/shut')).json)).not.toContain('secret')
  for (const query of ['', '?pageToken=&pageSize=1', '?pageToken=']) {
    expect((await reader.send('GET', `namespaces/shut/tables${query}`)).json).toEqual({
      identifiers: [id('two', 'shut')],
      'next-page-token': null,
    })
  }
  expect((await reader.send('GET', 'namespaces/shut/views')).json).toMatchObject({ identifiers: [] })
  expect((await reader.send('GET', 'namespaces/shut/tables/two')).status).toBe(200)
  expect((await reader.send('GET', 'namespaces/shut/tables/one')).status).toBe(404)
  expect(await reader.send('POST', 'namespaces/shut/tables', { name: 'x', schema })).toMatchObject({
    status: 403,
  })
})

test('a caller with the privilege use gets 403 with the name of the privilege that the operation needs', async () => {
  const looker = await server.caller('looker')
  await server.grant({ privilege: 'use', on: { kind: 'warehouse', id: server.warehouseId }, to: looker })
  const file = `${server.root}/none.json`
  const needs: [string, string, Json, string][] = [
    ['GET', 'namespaces/open/tables/one', undefined as never, 'select on relation open.one'],
    [
      'POST',
      'namespaces/open/tables/one',
      { updates: [setProperties({ a: '1' })] },
      'modify on relation open.one',
    ],
    ['DELETE', 'namespaces/open/tables/one', undefined as never, 'manage on relation open.one'],
    ['POST', 'namespaces/open/tables/one/unregister', undefined as never, 'manage on relation open.one'],
    ['POST', 'namespaces/open/tables', { name: 'x', schema }, 'create on namespace open'],
    [
      'POST',
      'namespaces/open/register',
      { name: 'x', 'metadata-location': file },
      'create on namespace open',
    ],
    ['POST', 'namespaces/open/views', viewBody('x'), 'create on namespace open'],
    ['GET', 'namespaces/open/views/view', undefined as never, 'select on relation open.view'],
    ['DELETE', 'namespaces/open/views/view', undefined as never, 'manage on relation open.view'],
    ['POST', 'namespaces/open/properties', { updates: {} }, 'modify on namespace open'],
    ['DELETE', 'namespaces/open', undefined as never, 'manage on namespace open'],
    ['POST', 'namespaces', { namespace: ['x'] }, 'create on warehouse lakehouse'],
    ['POST', 'namespaces', { namespace: ['open', 'x'] }, 'create on namespace open'],
    [
      'POST',
      'tables/rename',
      { source: id('one', 'open'), destination: id('x', 'open') },
      'manage on relation open.one',
    ],
  ]
  for (const [method, path, body, privilege] of needs) {
    expect(await looker.send(method, path, body), `${method} ${path}`).toMatchObject({
      status: 403,
      json: {
        error: {
          code: 403,
          type: 'ForbiddenException',
          message: `This needs the privilege ${privilege}: ask its owner or a principal with manage on it.`,
        },
      },
    })
  }
})

test('the creator of an object may manage this object and no other', async () => {
  const maker = await server.caller('maker')
  await server.grant({ privilege: 'create', on: await namespace('open'), to: maker })
  expect((await maker.send('POST', 'namespaces/open/tables', { name: 'made', schema })).status).toBe(200)
  expect((await commit(maker.send, 'namespaces/open/tables/made', [setProperties({ a: '1' })])).status).toBe(
    200,
  )
  expect((await commit(maker.send, 'namespaces/open/tables/one', [setProperties({ a: '1' })])).status).toBe(
    403,
  )
  expect((await maker.send('DELETE', 'namespaces/open/tables/made')).status).toBe(204)
  expect((await maker.send('POST', 'namespaces', { namespace: ['open', 'makers'] })).status).toBe(200)
  expect(
    (await maker.send('POST', 'namespaces/open%1Fmakers/properties', { updates: { a: '1' } })).status,
  ).toBe(200)
})

test('a request is refused when its privilege is revoked between the access decision and the write', async () => {
  const writer = await server.caller('writer')
  const path = 'namespaces/open/tables/two'
  const modify = { privilege: 'modify', on: await relation('open', 'two'), to: writer } as const
  const create = { privilege: 'create', on: await namespace('open'), to: writer } as const
  await server.grant(modify)
  await server.grant(create)
  beforePut = () => server.revoke(modify)
  expect(await commit(writer.send, path, [setProperties({ sneaky: '1' })])).toMatchObject({ status: 403 })
  expect(objectAt((await server.send('GET', path)).json, 'metadata', 'properties')).not.toHaveProperty(
    'sneaky',
  )
  beforePut = () => server.revoke(create)
  expect((await writer.send('POST', 'namespaces/open/tables', { name: 'sneaky', schema })).status).toBe(404)
  expect((await server.send('HEAD', 'namespaces/open/tables/sneaky')).status).toBe(404)
})

test('a request succeeds when other rights change between the access decision and the write', async () => {
  const writer = await server.caller('writer-2')
  const other = await server.caller('other')
  await server.grant({ privilege: 'modify', on: await relation('open', 'two'), to: writer })
  beforePut = () =>
    server.grant({ privilege: 'use', on: { kind: 'warehouse', id: server.warehouseId }, to: other })
  expect(
    (await commit(writer.send, 'namespaces/open/tables/two', [setProperties({ fine: '1' })])).status,
  ).toBe(200)
})

test('a request whose table changes during every attempt gets 409, commits nothing and leaves no file', async () => {
  const path = 'namespaces/open/tables/one'
  const before = await server.send('GET', path)
  const other = await server.caller('busybody')
  const grant = { privilege: 'use', on: { kind: 'warehouse', id: server.warehouseId }, to: other } as const
  const again = async (): Promise<void> => {
    await server.grant(grant)
    await server.revoke(grant)
    beforePut = again
  }
  beforePut = again
  const response = await commit(server.send, path, [setProperties({ never: '1' })])
  beforePut = null
  expect(response).toMatchObject({ status: 409, json: { error: { type: 'CommitFailedException' } } })
  expect((await server.send('GET', path)).json).toEqual(before.json)
  const folder = fileURLToPath(readMetadataLocation(before).replace(/[^/]+$/, ''))
  await expect.poll(() => readdir(folder)).toHaveLength(1)
})

test('the server refuses the next commit after a revocation, also when the table is cached', async () => {
  const writer = await server.caller('writer-3')
  const modify = { privilege: 'modify', on: await relation('open', 'two'), to: writer } as const
  const path = 'namespaces/open/tables/two'
  await server.grant(modify)
  expect((await commit(writer.send, path, [setProperties({ w3: '1' })])).status).toBe(200)
  await server.revoke(modify)
  expect((await commit(writer.send, path, [setProperties({ w3: '2' })])).status).toBe(404)
  expect((await commit(writer.send, path, [])).status).toBe(404)
})

test('a transaction needs the privilege modify on every table, and does not reveal hidden tables', async () => {
  const half = await server.caller('half')
  await server.grant({ privilege: 'modify', on: await relation('open', 'one'), to: half })
  const changes = [id('one', 'open'), id('one', 'shut')].map((identifier) => ({
    identifier,
    requirements: [],
    updates: [setProperties({ h: '1' })],
  }))
  const response = await half.send('POST', 'transactions/commit', { 'table-changes': changes })
  expect(response).toMatchObject({
    status: 404,
    json: { error: { message: 'Table does not exist: shut.one' } },
  })
  expect(
    objectAt((await server.send('GET', 'namespaces/open/tables/one')).json, 'metadata', 'properties'),
  ).not.toHaveProperty('h')
})

test('the server answers an invalid token with 401, an Iceberg error body and a Bearer challenge', async () => {
  const response = await server.send('GET', 'namespaces', undefined, { authorization: 'Bearer nonsense' })
  expect(response).toMatchObject({
    status: 401,
    json: { error: { code: 401, type: 'NotAuthorizedException' } },
  })
  expect(response.headers.get('www-authenticate')).toContain('Bearer')
})

test('a right on one nested namespace does not reveal its siblings', async () => {
  await server.send('POST', 'namespaces', { namespace: ['shut', 'other'] })
  await server.send('POST', 'namespaces/shut%1Finner/tables', { name: 'mine', schema })
  const guest = await server.caller('guest of one table')
  const on = await relation('shut\u001finner', 'mine')
  await server.grant({ privilege: 'select', on, to: guest })
  expect((await guest.send('GET', 'namespaces/shut%1Finner/tables/mine')).status).toBe(200)
  // The caller can see that the parent namespace exists, but may not read it. The sibling namespace does not
  // exist for the caller.
  expect((await guest.send('GET', 'namespaces/shut%1Finner')).status).toBe(403)
  for (const path of ['namespaces/shut%1Fother', 'namespaces/shut%1Fother/tables']) {
    const response = await guest.send('GET', path)
    expect(response, path).toMatchObject({
      status: 404,
      json: { error: { type: 'NoSuchNamespaceException' } },
    })
  }
  const creation = await guest.send('POST', 'namespaces/shut%1Fother/tables', { name: 't', schema })
  expect(creation.status).toBe(404)
})
