import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Json } from '@headgate/json'
import { statement } from '../../src/store/sql.ts'
import {
  append,
  commit,
  objectAt,
  readLocation,
  readMetadata,
  schema,
  setProperties,
  textAt,
  toCreation,
} from '../iceberg/tables.ts'
import type { TestCaller } from '../server.ts'
import { type UpstreamFixture, upstreamFixture } from './upstream-fixture.ts'

let fixture: UpstreamFixture
let ann: TestCaller
let counter = 0
const tables = 'namespaces/sales/tables'
const fresh = (): string => `t${(counter += 1)}`
const vended = { 'x-iceberg-access-delegation': 'vended-credentials' }
const idOf = statement('attacks_relation', 'select id, owner_id from relation where name = $1')

async function rowOf(name: string): Promise<{ id: string; owner_id: string } | undefined> {
  const [row] = await fixture.front.sql.run<{ id: string; owner_id: string }>(idOf, [name])
  return row
}

async function grantOn(
  name: string,
  to: TestCaller,
  ...privileges: readonly ('select' | 'modify' | 'manage')[]
) {
  const id = (await rowOf(name))?.id ?? ''
  for (const privilege of privileges)
    await fixture.front.grant({ privilege, on: { kind: 'relation', id }, to })
}

function bodyOf(json: Json): string {
  return JSON.stringify(json, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

beforeAll(async () => {
  fixture = await upstreamFixture()
  const { front } = fixture
  expect(await front.send('POST', 'namespaces', { namespace: ['sales'] })).toMatchObject({ status: 200 })
  ann = await front.caller('ann')
  for (const privilege of ['select', 'modify', 'create', 'manage'] as const)
    await front.grant({ privilege, on: { kind: 'warehouse', id: front.warehouseId }, to: ann })
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => {
  fixture.proxy.requests.length = 0
  fixture.proxy.intercept(() => 'forward')
})

describe('pages of a list', () => {
  test('a list for a caller that may see one table contains no names and no number of other tables', async () => {
    const { front } = fixture
    await ann.send('POST', 'namespaces', { namespace: ['paged'] })
    for (const name of ['secret-a', 'mine', 'secret-z'])
      await ann.send('POST', 'namespaces/paged/tables', { name, schema })
    const bob = await front.caller('bob')
    await grantOn('mine', bob, 'select')
    const first = await bob.send('GET', 'namespaces/paged/tables?pageToken=&pageSize=1')
    expect(first.json).toEqual({
      identifiers: [{ namespace: ['paged'], name: 'mine' }],
      'next-page-token': null,
    })
    const all = await ann.send('GET', 'namespaces/paged/tables?pageToken=&pageSize=2')
    const next = textAt(all.json, 'next-page-token')
    expect((await bob.send('GET', `namespaces/paged/tables?pageToken=${next}&pageSize=2`)).status).toBe(400)
  })

  test('a list for a caller that may see several tables contains each of them once', async () => {
    const { front } = fixture
    await ann.send('POST', 'namespaces', { namespace: ['several'] })
    const names = ['a', 'b', 'c', 'd', 'e'].map((name) => `several-${name}`)
    for (const name of names) await ann.send('POST', 'namespaces/several/tables', { name, schema })
    const carl = await front.caller('carl')
    const mine = names.filter((_, index) => index % 2 === 0)
    for (const name of mine) await grantOn(name, carl, 'select')
    const seen: unknown[] = []
    for (let token: string | null = ''; token !== null;) {
      const page = await carl.send('GET', `namespaces/several/tables?pageToken=${token}&pageSize=1`)
      const { identifiers, 'next-page-token': next } = page.json as {
        identifiers: unknown[]
        'next-page-token': string | null
      }
      expect(identifiers).toHaveLength(1)
      seen.push(...identifiers)
      token = next
    }
    expect(seen).toEqual(mine.map((name) => ({ namespace: ['several'], name })))
  })
})

describe('names', () => {
  test('a name that contains the separator of the upstream cannot reach another namespace', async () => {
    await using dotted = await upstreamFixture()
    const { front, proxy } = dotted
    proxy.intercept(({ path }) =>
      path.startsWith('/v1/config')
        ? {
            status: 200,
            body: '{"defaults":{},"overrides":{"prefix":"lakehouse","namespace-separator":"%2E"}}',
          }
        : 'forward',
    )
    for (const [method, path, body] of [
      ['GET', 'namespaces/hr.pay'],
      ['GET', 'namespaces/hr.pay/tables'],
      ['GET', 'namespaces?parent=hr.pay'],
      ['DELETE', 'namespaces/hr.pay/tables/t'],
      ['POST', 'namespaces/hr.pay/tables', { name: 't', schema }],
    ] as const) {
      expect([path, (await front.send(method, path, body)).status]).toEqual([path, 400])
    }
    expect(proxy.requests.map(({ path }) => path).filter((path) => !path.startsWith('/v1/config'))).toEqual(
      [],
    )
  })

  test.each(['a%2F..%2Fb', '..%2Fb', 'a%2F..', 'a%5C..%5Cb', 'a%2F.%2Fb'])(
    'the name %s with a relative path is refused, because a server in front of the upstream could resolve it',
    async (name) => {
      expect((await ann.send('GET', `namespaces/${name}`)).status).toBe(400)
      expect((await ann.send('DELETE', `${tables}/${name}`)).status).toBe(400)
      expect(fixture.proxy.requests).toEqual([])
    },
  )
})

describe('locations', () => {
  test('a caller without administer-storage cannot choose the location of a namespace, nor the location of its tables', async () => {
    const { front } = fixture
    const create = await ann.send('POST', 'namespaces', {
      namespace: ['moved'],
      properties: { location: 's3://lakehouse/victim' },
    })
    expect(create.status).toBe(403)
    const update = { updates: { location: 's3://lakehouse/victim' } }
    expect((await ann.send('POST', 'namespaces/sales/properties', update)).status).toBe(403)
    expect(fixture.proxy.requests).toEqual([])
    expect((await front.send('POST', 'namespaces/sales/properties', update)).status).toBe(200)
  })

  test('the location of a namespace is returned only to callers that may choose locations', async () => {
    const { front } = fixture
    const body = '{"namespace":["sales"],"properties":{"a":"b","location":"s3://lakehouse/sales"}}'
    fixture.proxy.intercept(() => ({ status: 200, body }))
    const own = await ann.send('GET', 'namespaces/sales')
    expect(own.json).toEqual({ namespace: ['sales'], properties: { a: 'b' } })
    expect((await front.send('GET', 'namespaces/sales')).json).toEqual(JSON.parse(body))
  })

  test('a table location with a relative path that leaves the table is refused before it is sent to the upstream', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    fixture.proxy.requests.length = 0
    const path = `${tables}/${name}`
    for (const value of ['../victim', 'a/../../victim', './x', 'a//b'])
      for (const key of ['write.data.path', 'write.metadata.path'])
        expect([value, (await commit(ann.send, path, [setProperties({ [key]: value })])).status]).toEqual([
          value,
          400,
        ])
    expect(
      (await ann.send('POST', tables, { name: fresh(), schema, properties: { 'write.data.path': '../v' } }))
        .status,
    ).toBe(400)
    expect(fixture.proxy.requests).toEqual([])
    await commit(ann.send, path, [setProperties({ 'write.data.path': 'data2' })])
    expect(fixture.proxy.requests).toHaveLength(1)
    expect((await ann.send('GET', path)).status).toBe(200)
  })

  test('members of a request that the server does not know are not sent to the upstream', async () => {
    const name = fresh()
    const unknown = { Location: 's3://lakehouse/victim', 'x-location': 's3://lakehouse/victim' }
    await ann.send('POST', tables, { name, schema, ...unknown })
    await commit(ann.send, `${tables}/${name}`, [
      {
        action: 'set-properties',
        updates: { a: 'b' },
        updated: { 'write.data.path': 's3://lakehouse/victim' },
      },
    ])
    await ann.send('POST', 'namespaces', { namespace: [fresh()], ...unknown })
    await ann.send('POST', 'namespaces/sales/properties', { updates: { a: 'b' }, ...unknown })
    expect(fixture.proxy.requests.filter(({ body }) => body.includes('victim'))).toEqual([])
  })

  test('a table whose upstream metadata names a location of another store gets no credentials', async () => {
    const name = fresh()
    const created = await ann.send('POST', tables, { name, schema })
    const location = readLocation(created)
    for (const other of [
      's3://elsewhere/x',
      'file:///etc',
      's3://lakehouse/',
      'gs://x/y',
      `${location}/../other`,
    ]) {
      fixture.proxy.intercept(({ method }) =>
        method === 'GET'
          ? {
              status: 200,
              body: bodyOf({
                ...objectAt(created.json),
                metadata: { ...readMetadata(created), location: other },
                config: { 's3.access-key-id': 'AKIALEAK' },
              }),
            }
          : 'forward',
      )
      const loaded = await ann.send('GET', `${tables}/${name}`, undefined, vended)
      expect([other, loaded.status >= 400]).toEqual([other, true])
      expect(loaded.status).not.toBe(400)
    }
  })
})

describe('a table that was replaced in the upstream', () => {
  test('grants on a table that was replaced in the upstream give no credentials and no signatures', async () => {
    const { front, upstream } = fixture
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    const dora = await front.caller('dora')
    await grantOn(name, dora, 'select', 'modify', 'manage')
    const path = `${tables}/${name}`
    expect((await dora.send('GET', `${path}/credentials`)).status).toBe(200)
    await upstream.send('DELETE', path)
    await upstream.send('POST', tables, { name, schema })
    expect((await dora.send('GET', `${path}/credentials`)).status).toBe(404)
    const sign = { region: 'us-east-1', uri: 'http://s3/lakehouse/x', method: 'GET', headers: {} }
    expect((await dora.send('POST', `${path}/sign`, sign)).status).toBe(404)
  })

  test('a rename to the name of a table that was dropped in the upstream succeeds', async () => {
    const { upstream } = fixture
    const [from, to] = [fresh(), fresh()]
    for (const name of [from, to]) await ann.send('POST', tables, { name, schema })
    const { id } = (await rowOf(from)) ?? { id: '' }
    await upstream.send('DELETE', `${tables}/${to}`)
    const source = { namespace: ['sales'], name: from }
    const destination = { namespace: ['sales'], name: to }
    expect(await ann.send('POST', 'tables/rename', { source, destination })).toMatchObject({ status: 204 })
    expect((await rowOf(to))?.id).toBe(id)
  })
})

describe('the UUID of another table', () => {
  test('a caller that may create tables cannot take over the grants of another table by its UUID', async () => {
    const { front } = fixture
    const victim = fresh()
    const created = await front.send('POST', tables, { name: victim, schema })
    const uuid = textAt(created.json, 'metadata', 'table-uuid')
    const emil = await front.caller('emil')
    await grantOn(victim, emil, 'select')
    const name = fresh()
    const staged = await ann.send('POST', tables, { name, schema, 'stage-create': true })
    const { updates, requirements } = toCreation(staged)
    const forged = updates.flatMap((update) => {
      const { action } = objectAt(update)
      // The upstream chooses the location when the client sets none.
      if (action === 'set-location') return []
      return [action === 'assign-uuid' ? { action, uuid } : update]
    })
    fixture.proxy.requests.length = 0
    expect((await commit(ann.send, `${tables}/${name}`, forged, requirements)).status).toBe(400)
    expect(fixture.proxy.requests).toEqual([])
    expect((await emil.send('GET', `${tables}/${victim}`)).status).toBe(200)
  })

  test('a commit to a table of the upstream cannot assign another UUID', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    fixture.proxy.requests.length = 0
    const update = { action: 'assign-uuid', uuid: 'c0ffee00-0000-4000-8000-000000000000' }
    expect((await commit(ann.send, `${tables}/${name}`, [update])).status).toBe(400)
    expect(fixture.proxy.requests).toEqual([])
  })

  test('a load of a table by another spelling of its name keeps its id, its owner and its grants', async () => {
    const { front } = fixture
    const name = fresh()
    await front.send('POST', tables, { name, schema })
    const before = await rowOf(name)
    const finn = await front.caller('finn')
    await grantOn(name, finn, 'select')
    // Simulates an upstream catalog that does not distinguish upper and lower case, and that also finds the table by
    // its name in upper case.
    const other = name.toUpperCase()
    const inner = fixture.proxy
    const there = await fetch(`${fixture.upstream.url}/v1/lakehouse/${tables}/${name}`)
    const body = await there.text()
    inner.intercept(({ path }) => (path.includes(`/tables/${other}`) ? { status: 200, body } : 'forward'))
    expect((await ann.send('GET', `${tables}/${other}`)).status).toBe(200)
    expect(await rowOf(name)).toEqual(before)
    expect((await finn.send('GET', `${tables}/${name}`)).status).toBe(200)
  })

  test('a table that another client renamed in the upstream keeps its id, its owner and its grants', async () => {
    const { front, upstream } = fixture
    const name = fresh()
    await front.send('POST', tables, { name, schema })
    const before = await rowOf(name)
    const gina = await front.caller('gina')
    await grantOn(name, gina, 'select')
    const source = { namespace: ['sales'], name }
    const destination = { namespace: ['sales'], name: `${name}n` }
    expect((await upstream.send('POST', 'tables/rename', { source, destination })).status).toBe(204)
    expect((await ann.send('GET', `${tables}/${name}n`)).status).toBe(200)
    expect(await rowOf(`${name}n`)).toEqual(before)
    expect((await gina.send('GET', `${tables}/${name}n`)).status).toBe(200)
  })
})

describe('changes that happened', () => {
  const unknown = { status: 500, json: { error: { type: 'CommitStateUnknownException' } } }

  test.each([
    ['not JSON', '<html>'],
    ['without metadata', '{}'],
    ['truncated', '{"metadata":{"table-uuid":"'],
  ])('a commit whose response from the upstream is %s is not reported as failed', async (_, body) => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    fixture.proxy.intercept(({ method }) => (method === 'POST' ? { status: 200, body } : 'forward'))
    expect(await commit(ann.send, `${tables}/${name}`, [setProperties({ a: 'b' })])).toMatchObject(unknown)
    expect(await ann.send('POST', tables, { name: fresh(), schema })).toMatchObject(unknown)
    expect(await ann.send('POST', 'namespaces', { namespace: [fresh()] })).toMatchObject(
      body === '{}' ? { status: 200 } : unknown,
    )
  })

  test.each([
    [500, {}],
    [502, {}],
    [503, {}],
    [504, {}],
    [418, {}],
    [499, {}],
    [520, {}],
  ])(
    'the status %i of a proxy in front of the upstream does not mean that a commit failed',
    async (status, headers) => {
      const name = fresh()
      await ann.send('POST', tables, { name, schema })
      fixture.proxy.intercept(({ method }) =>
        method === 'POST' ? { status, headers, body: '<html>upstream connect error</html>' } : 'forward',
      )
      expect(await commit(ann.send, `${tables}/${name}`, [setProperties({ a: 'b' })])).toMatchObject(unknown)
    },
  )

  test('a commit is acknowledged although the server cannot use the locations in the response of the upstream', async () => {
    const name = fresh()
    const created = await ann.send('POST', tables, { name, schema })
    fixture.proxy.intercept(({ method }) =>
      method === 'POST'
        ? {
            status: 200,
            body: bodyOf({
              'metadata-location': 's3://lakehouse/m.json',
              metadata: { ...readMetadata(created), location: 'gs://b/../x' },
            }),
          }
        : 'forward',
    )
    expect((await commit(ann.send, `${tables}/${name}`, append(5, 1))).status).toBe(200)
  })
})

describe('responses of the upstream', () => {
  test.each([400, 403, 404, 409, 422, 500, 503])(
    'an error of the upstream with the status %i contains no address, prefix, token or key of the upstream',
    async (status) => {
      const name = fresh()
      await ann.send('POST', tables, { name, schema })
      const host = new URL(fixture.proxy.url).host
      const message = [
        `http://${host}/v1/lakehouse/namespaces/x`,
        `HTTP://${host.toUpperCase()}/iceberg`,
        'https://internal.example.com:8443/api',
        'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZXJ2aWNlIn0.c2lnbmF0dXJl is expired',
        'AKIAIOSFODNN7EXAMPLE',
      ].join(' ')
      fixture.proxy.intercept(() => ({
        status,
        body: JSON.stringify({ error: { message, type: 'SomeException', code: status } }),
        headers: { location: `http://${host}/x`, 'x-secret': 'leak', 'set-cookie': 'a=leak' },
      }))
      const loaded = await ann.send('GET', `${tables}/${name}`)
      const text = `${bodyOf(loaded.json)} ${[...loaded.headers].join(' ')}`
      for (const secret of [host, 'internal.example.com', 'eyJhbGciOi', 'AKIAIOSFODNN7EXAMPLE', 'leak'])
        expect(text.toLowerCase()).not.toContain(secret.toLowerCase())
    },
  )

  test('properties of a namespace are returned without other members of the response of the upstream', async () => {
    const body =
      '{"namespace":["sales"],"properties":{"a":"b"},"config":{"token":"leak"},"storage-credentials":["leak"]}'
    fixture.proxy.intercept(() => ({ status: 200, body }))
    const loaded = await ann.send('GET', 'namespaces/sales')
    expect(loaded.json).toEqual({ namespace: ['sales'], properties: { a: 'b' } })
  })
})
