import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { statement } from '../../src/store/sql.ts'
import {
  append,
  commit,
  errorBody,
  objectAt,
  readLocation,
  readMetadata,
  readMetadataLocation,
  schema,
  setProperties,
  textAt,
  toCreation,
} from '../iceberg/tables.ts'
import type { TestCaller } from '../server.ts'
import { type UpstreamFixture, upstreamFixture } from './upstream-fixture.ts'

let fixture: UpstreamFixture
let ann: TestCaller
let eve: TestCaller
let counter = 0
const tables = 'namespaces/sales/tables'
const fresh = (): string => `t${(counter += 1)}`
const newVersion = statement(
  'test_upstream_version',
  `update warehouse set version = version + 1 where name = 'lakehouse'`,
)
const vended = { 'x-iceberg-access-delegation': 'vended-credentials' }

beforeAll(async () => {
  fixture = await upstreamFixture()
  const { front } = fixture
  expect(await front.send('POST', 'namespaces', { namespace: ['sales'] })).toMatchObject({ status: 200 })
  ann = await front.caller('ann')
  eve = await front.caller('eve')
  for (const privilege of ['select', 'modify', 'create'] as const)
    await front.grant({ privilege, on: { kind: 'warehouse', id: front.warehouseId }, to: ann })
})
afterAll(() => fixture[Symbol.asyncDispose]())
beforeEach(() => {
  fixture.proxy.requests.length = 0
  fixture.proxy.intercept(() => 'forward')
})

const grantId = statement('test_upstream_relation', `select id from relation where name = $1`)
async function relationId(name: string): Promise<string> {
  const [row] = await fixture.front.sql.run<{ id: string }>(grantId, [name])
  return row?.id ?? ''
}

describe('a table of an upstream warehouse', () => {
  test('the server creates, loads, changes, renames and drops a table in the upstream', async () => {
    const { front, upstream } = fixture
    const name = fresh()
    const created = await ann.send('POST', tables, { name, schema })
    expect(created.status).toBe(200)
    const there = await upstream.send('GET', `${tables}/${name}`)
    expect(readMetadata(created)).toEqual(readMetadata(there))
    const loaded = await ann.send('GET', `${tables}/${name}`)
    expect(readMetadata(loaded)).toEqual(readMetadata(there))
    expect(readMetadataLocation(loaded)).toBe(readMetadataLocation(there))
    const changed = await commit(ann.send, `${tables}/${name}`, append(2n ** 62n + 1n, 1))
    expect(changed.status).toBe(200)
    expect(readMetadata(changed)['current-snapshot-id']).toBe(2n ** 62n + 1n)
    expect((await ann.send('HEAD', `${tables}/${name}`)).status).toBe(204)
    const listed = await ann.send('GET', tables)
    expect(listed.json).toMatchObject({
      identifiers: expect.arrayContaining([{ namespace: ['sales'], name }]) as unknown,
    })
    const source = { namespace: ['sales'], name }
    const destination = { namespace: ['sales'], name: `${name}x` }
    expect((await ann.send('POST', 'tables/rename', { source, destination })).status).toBe(204)
    expect((await upstream.send('HEAD', `${tables}/${name}x`)).status).toBe(204)
    expect((await ann.send('DELETE', `${tables}/${name}x`)).status).toBe(204)
    expect((await upstream.send('HEAD', `${tables}/${name}x`)).status).toBe(404)
    expect(await ann.send('GET', `${tables}/${name}x`)).toMatchObject(
      errorBody(404, 'NoSuchTableException', expect.stringContaining(`sales.${name}x`)),
    )
    expect(await front.send('GET', `${tables}/${name}`)).toMatchObject({ status: 404 })
  })

  test('the response to a load contains the metadata text of the upstream byte for byte', async () => {
    const { front, upstream } = fixture
    const name = fresh()
    await front.send('POST', tables, { name, schema })
    const path = `/v1/lakehouse/${tables}/${name}`
    const [here, there] = await Promise.all(
      [front.url, upstream.url].map(async (url) => await (await fetch(`${url}${path}`)).text()),
    )
    const metadata = (text: string | undefined): string =>
      /"metadata":(\{.*?\})(?:,"config"|$)/s.exec(text ?? '')?.[1] ?? ''
    expect(metadata(here).length).toBeGreaterThan(100)
    expect(metadata(here)).toBe(metadata(there))
  })

  test('a load of a table in the upstream returns credentials of this server, which read and write the files through its storage gateway', async () => {
    const { front, upstream } = fixture
    const name = fresh()
    const created = await ann.send('POST', tables, { name, schema }, vended)
    const config = objectAt(created.json, 'config')
    expect(config['s3.endpoint']).toBe(front.gatewayUrl)
    expect(
      JSON.stringify(created.json, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain(upstream.gatewayUrl)
  })

  test('a client that already has the metadata of a table in the upstream receives 304', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    const etag = (await ann.send('GET', `${tables}/${name}`)).headers.get('etag') ?? ''
    expect((await ann.send('GET', `${tables}/${name}`, undefined, { 'if-none-match': etag })).status).toBe(
      304,
    )
    await commit(ann.send, `${tables}/${name}`, [setProperties({ a: 'b' })])
    expect((await ann.send('GET', `${tables}/${name}`, undefined, { 'if-none-match': etag })).status).toBe(
      200,
    )
  })
})

describe('a load of a table that the server loaded before', () => {
  const load = async (name: string): Promise<string> => {
    const response = await ann.send('GET', `${tables}/${name}`)
    expect(response.status).toBe(200)
    return JSON.stringify(readMetadata(response), (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    )
  }
  const statuses = (): readonly (number | undefined)[] => fixture.proxy.requests.map(({ status }) => status)

  test('the upstream does not send metadata again that has not changed, and sends changed metadata', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    const first = await load(name)
    fixture.proxy.requests.length = 0
    expect(await load(name)).toBe(first)
    expect(statuses()).toEqual([304])
    await commit(fixture.upstream.send, `${tables}/${name}`, [setProperties({ by: 'another client' })])
    expect(await load(name)).toContain('another client')
    expect(await load(name)).toContain('another client')
    expect(statuses()).toEqual([304, 200, 304])
  })

  test('a table that was dropped in the upstream is missing, also when its metadata is cached', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    await load(name)
    await fixture.upstream.send('DELETE', `${tables}/${name}`)
    expect((await ann.send('GET', `${tables}/${name}`)).status).toBe(404)
  })

  test('the ETag of an upstream is not sent after the settings of the warehouse have changed', async () => {
    const { front } = fixture
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    await load(name)
    await front.sql.run(newVersion)
    front.context.deps.warehouses.forget()
    fixture.proxy.requests.length = 0
    await load(name)
    const loads = fixture.proxy.requests.filter(({ path }) => path.includes(`/${name}`))
    expect(loads.map(({ headers }) => headers['if-none-match'])).toEqual([undefined])
  })

  test('a malformed ETag of the upstream is not sent back to it', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    const body = await (await fetch(`${fixture.upstream.url}/v1/lakehouse/${tables}/${name}`)).text()
    fixture.proxy.requests.length = 0
    fixture.proxy.intercept(() => ({ status: 200, headers: { etag: 'none' }, body }))
    await load(name)
    await load(name)
    expect(fixture.proxy.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
    ])
  })
})

describe('a staged table of an upstream warehouse', () => {
  test('the credentials of a staged table of an upstream warehouse are renewed before its first commit, and no list contains the table', async () => {
    const { upstream } = fixture
    const name = fresh()
    const staged = await ann.send('POST', tables, { name, schema, 'stage-create': true }, vended)
    expect(staged.status).toBe(200)
    const endpoint = textAt(staged.json, 'config', 'client.refresh-credentials-endpoint')
    const token = new URL(endpoint, 'http://x').search
    const renewed = await ann.send('GET', `${tables}/${name}/credentials${token}`)
    expect(renewed.status).toBe(200)
    expect((await upstream.send('HEAD', `${tables}/${name}`)).status).toBe(404)
    const finished = await commit(
      ann.send,
      `${tables}/${name}`,
      toCreation(staged).updates,
      toCreation(staged).requirements,
    )
    expect(finished.status).toBe(200)
    expect((await ann.send('GET', `${tables}/${name}/credentials${token}`)).status).toBe(200)
    expect((await ann.send('GET', `${tables}/${name}`)).status).toBe(200)
    expect((await ann.send('DELETE', `${tables}/${name}`)).status).toBe(204)
    expect((await ann.send('GET', `${tables}/${name}/credentials${token}`)).status).toBe(404)
  })

  test('another principal cannot use the refresh token of a staged table of an upstream warehouse', async () => {
    const name = fresh()
    const staged = await ann.send('POST', tables, { name, schema, 'stage-create': true }, vended)
    const endpoint = textAt(staged.json, 'config', 'client.refresh-credentials-endpoint')
    const token = new URL(endpoint, 'http://x').search
    expect((await eve.send('GET', `${tables}/${name}/credentials${token}`)).status).toBe(404)
  })
})

describe('rights on an upstream warehouse', () => {
  test('a caller without rights in an upstream warehouse receives 404, and no request is sent to the upstream', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    fixture.proxy.requests.length = 0
    const path = `${tables}/${name}`
    const attempts: [string, string, Parameters<TestCaller['send']>[2]?][] = [
      ['GET', 'namespaces'],
      ['GET', 'namespaces/sales'],
      ['HEAD', 'namespaces/sales'],
      ['POST', 'namespaces', { namespace: ['new'] }],
      ['DELETE', 'namespaces/sales'],
      ['POST', 'namespaces/sales/properties', { updates: { a: 'b' } }],
      ['GET', tables],
      ['POST', tables, { name: 'other', schema }],
      ['POST', tables, { name: 'other', schema, 'stage-create': true }],
      ['GET', path],
      ['HEAD', path],
      ['POST', path, { requirements: [], updates: [] }],
      ['DELETE', path],
      ['GET', `${path}/credentials`],
      ['POST', 'namespaces/sales/register', { name: 'r', 'metadata-location': 's3://lakehouse/x.json' }],
      ['GET', 'namespaces/sales/views'],
      ['GET', 'namespaces/sales/views/v'],
      ['DELETE', 'namespaces/sales/views/v'],
      [
        'POST',
        'tables/rename',
        { source: { namespace: ['sales'], name }, destination: { namespace: ['sales'], name: 'x' } },
      ],
      [
        'POST',
        'transactions/commit',
        { 'table-changes': [{ identifier: { namespace: ['sales'], name }, requirements: [], updates: [] }] },
      ],
      ['GET', '/v1/config?warehouse=lakehouse'],
    ]
    for (const [method, at, body] of attempts)
      expect([at, (await eve.send(method, at, body)).status]).toEqual([at, 404])
    expect(fixture.proxy.requests).toEqual([])
  })

  test('a grant on one table allows access to this table only, and lists contain only this table', async () => {
    const { front } = fixture
    const [mine, other] = [fresh(), fresh()]
    for (const name of [mine, other]) await ann.send('POST', tables, { name, schema })
    const bob = await front.caller('bob')
    const id = await relationId(mine)
    await front.grant({ privilege: 'select', on: { kind: 'relation', id }, to: bob })
    expect((await bob.send('GET', `${tables}/${mine}`)).status).toBe(200)
    expect((await bob.send('GET', `${tables}/${other}`)).status).toBe(404)
    expect((await bob.send('GET', tables)).json).toEqual({
      identifiers: [{ namespace: ['sales'], name: mine }],
      'next-page-token': null,
    })
    expect((await bob.send('GET', 'namespaces')).json).toMatchObject({ namespaces: [['sales']] })
    expect((await commit(bob.send, `${tables}/${mine}`, [setProperties({ a: 'b' })])).status).toBe(403)
    expect((await bob.send('DELETE', `${tables}/${mine}`)).status).toBe(403)
  })

  test('a grant on a table does not apply to the table that replaced it in the upstream', async () => {
    const { front, upstream } = fixture
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    const carl = await front.caller('carl')
    const id = await relationId(name)
    for (const privilege of ['select', 'modify', 'manage'] as const)
      await front.grant({ privilege, on: { kind: 'relation', id }, to: carl })
    expect((await carl.send('GET', `${tables}/${name}`)).status).toBe(200)
    await upstream.send('DELETE', `${tables}/${name}`)
    const replaced = await upstream.send('POST', tables, { name, schema })
    const path = `${tables}/${name}`
    expect((await carl.send('GET', path)).status).toBe(404)
    expect((await commit(carl.send, path, [setProperties({ stolen: 'yes' })])).status).toBe(409)
    expect((await carl.send('DELETE', path)).status).toBe(404)
    expect((await carl.send('HEAD', path)).status).toBe(404)
    expect(readMetadata(await upstream.send('GET', path))).toEqual(readMetadata(replaced))
    expect((await ann.send('GET', path)).status).toBe(200)
    expect((await carl.send('GET', path)).status).toBe(404)
  })

  test('a client may not choose locations in an upstream warehouse', async () => {
    const { front } = fixture
    const location = 's3://lakehouse/chosen'
    const refused = await ann.send('POST', tables, { name: fresh(), schema, location })
    expect(refused).toMatchObject({ status: 403 })
    const name = fresh()
    const created = await ann.send('POST', tables, { name, schema })
    for (const update of [
      { action: 'set-location', location },
      setProperties({ 'write.data.path': location }),
      setProperties({ 'write.metadata.path': location }),
    ])
      expect((await commit(ann.send, `${tables}/${name}`, [update])).status).toBe(403)
    const inside = setProperties({ 'write.data.path': `${readLocation(created)}/data2` })
    expect((await commit(ann.send, `${tables}/${name}`, [inside])).status).toBe(200)
    expect((await front.send('POST', tables, { name: fresh(), schema, location })).status).toBe(200)
  })
})

describe('failures of the upstream', () => {
  test('a commit whose response from the upstream was lost is reported as committed when the table contains its snapshot', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    fixture.proxy.intercept(({ method, path }) =>
      method === 'POST' && path.endsWith(name) ? 'lose' : 'forward',
    )
    const committed = await commit(ann.send, `${tables}/${name}`, append(7, 1))
    expect(committed.status).toBe(200)
    expect(readMetadata(committed)['current-snapshot-id']).toBe(7)
  })

  test('a change whose outcome is unknown is answered with CommitStateUnknownException', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    fixture.proxy.intercept(({ method }) => (method === 'POST' ? 'lose' : 'forward'))
    expect(await commit(ann.send, `${tables}/${name}`, [setProperties({ a: 'b' })])).toMatchObject(
      errorBody(500, 'CommitStateUnknownException', expect.any(String)),
    )
  })

  test.each([
    [401, '{"error":{"message":"token expired","type":"NotAuthorizedException","code":401}}', 502],
    [419, '', 502],
    [403, '{"__type":"AccessDeniedException","Message":"not allowed"}', 403],
    [302, '<html>login</html>', 502],
    [404, '<html>not here</html>', 404],
    [429, '', 429],
    [503, '{"error":{"message":"busy"}}', 503],
    [500, '<html>oops</html>', 502],
    [400, '{"error_code":"INVALID","message":"wrong"}', 400],
    [200, '<html>login</html>', 502],
    [200, '{"metadata":{}}', 502],
    [200, '{"metadata":', 502],
  ])(
    'the response of the upstream with the status %i and the body %s results in status %i',
    async (status, body, expected) => {
      const name = fresh()
      await ann.send('POST', tables, { name, schema })
      fixture.proxy.intercept(() => ({ status, body, headers: { 'retry-after': '7' } }))
      const response = await ann.send('GET', `${tables}/${name}`)
      expect(response.status).toBe(expected)
      expect(textAt(response.json, 'error', 'message')).not.toContain('127.0.0.1')
      if (status === 503 || status === 429) expect(response.headers.get('retry-after')).toBe('7')
    },
  )

  test('an upstream that cannot be reached is answered with 503', async () => {
    await using other = await upstreamFixture({ uri: 'http://127.0.0.1:9' })
    expect(await other.front.send('GET', 'namespaces')).toMatchObject(
      errorBody(503, 'ServiceUnavailableException', expect.stringContaining('cannot be reached')),
    )
  })
})

describe('revocations', () => {
  test('revoked access to a table of the upstream is not issued again from a cache, and cannot be renewed', async () => {
    const { front } = fixture
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    const load = (): ReturnType<TestCaller['send']> => ann.send('GET', `${tables}/${name}`, undefined, vended)
    const before = await load()
    const endpoint = textAt(before.json, 'config', 'client.refresh-credentials-endpoint')
    const token = new URL(endpoint, 'http://x').search
    expect((await ann.send('GET', `${tables}/${name}/credentials${token}`)).status).toBe(200)
    const revoked = await front.send('POST', '/management/v1/warehouses/lakehouse/revoke-access', {
      namespace: ['sales'],
      table: name,
    })
    expect(revoked.status).toBe(200)
    expect((await ann.send('GET', `${tables}/${name}/credentials${token}`)).status).toBe(404)
    const after = await load()
    expect(textAt(after.json, 'config', 's3.session-token')).not.toBe(
      textAt(before.json, 'config', 's3.session-token'),
    )
  })
})

describe('views of an upstream warehouse', () => {
  test('the server creates, loads, replaces, renames, lists and drops a view in the upstream', async () => {
    const { upstream } = fixture
    const views = 'namespaces/sales/views'
    const name = `v${fresh()}`
    const version = {
      'version-id': 1,
      'schema-id': 0,
      'timestamp-ms': Date.now(),
      summary: {},
      'default-namespace': ['sales'],
      representations: [{ type: 'sql', sql: 'select 1 as id', dialect: 'spark' }],
    }
    const body = { name, schema: { 'schema-id': 0, ...schema }, 'view-version': version, properties: {} }
    expect((await ann.send('POST', views, body)).status).toBe(200)
    const loaded = await ann.send('GET', `${views}/${name}`)
    expect(readMetadata(loaded)).toEqual(readMetadata(await upstream.send('GET', `${views}/${name}`)))
    expect((await eve.send('GET', `${views}/${name}`)).status).toBe(404)
    expect((await ann.send('HEAD', `${views}/${name}`)).status).toBe(204)
    const changed = await commit(ann.send, `${views}/${name}`, [setProperties({ a: 'b' })])
    expect(changed.status).toBe(200)
    expect((await ann.send('GET', views)).json).toMatchObject({ identifiers: [{ name }] })
    const source = { namespace: ['sales'], name }
    const destination = { namespace: ['sales'], name: `${name}x` }
    expect((await ann.send('POST', 'views/rename', { source, destination })).status).toBe(204)
    expect((await ann.send('DELETE', `${views}/${name}x`)).status).toBe(204)
    expect((await upstream.send('HEAD', `${views}/${name}x`)).status).toBe(404)
  })
})

describe('transactions of an upstream warehouse', () => {
  test('a transaction in an upstream warehouse requires modify on each table, and is sent as one request', async () => {
    const { front, proxy } = fixture
    const [mine, other] = [fresh(), fresh()]
    for (const name of [mine, other]) await ann.send('POST', tables, { name, schema })
    const dora = await front.caller('dora')
    await front.grant({ privilege: 'modify', on: { kind: 'relation', id: await relationId(mine) }, to: dora })
    const changes = [mine, other].map((name) => ({
      identifier: { namespace: ['sales'], name },
      requirements: [],
      updates: [setProperties({ by: 'transaction' })],
    }))
    proxy.requests.length = 0
    expect((await dora.send('POST', 'transactions/commit', { 'table-changes': changes })).status).toBe(404)
    expect(proxy.requests).toEqual([])
    expect((await ann.send('POST', 'transactions/commit', { 'table-changes': changes })).status).toBe(204)
    expect(proxy.requests).toHaveLength(1)
    for (const name of [mine, other])
      expect(readMetadata(await ann.send('GET', `${tables}/${name}`))).toMatchObject({
        properties: { by: 'transaction' },
      })
  })
})

describe('concurrent loads', () => {
  test('loads that arrive while a request to the upstream runs share the next request', async () => {
    const { proxy } = fixture
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    proxy.requests.length = 0
    const loads = await Promise.all(Array.from({ length: 20 }, () => ann.send('GET', `${tables}/${name}`)))
    expect(loads.every(({ status }) => status === 200)).toBe(true)
    expect(proxy.requests.length).toBeLessThan(10)
  })

  test('a load from the upstream that starts after an acknowledged commit returns this commit', async () => {
    const name = fresh()
    await ann.send('POST', tables, { name, schema })
    for (let n = 1; n <= 10; n += 1) {
      const busy = Array.from({ length: 4 }, () => ann.send('GET', `${tables}/${name}`))
      expect((await commit(ann.send, `${tables}/${name}`, [setProperties({ n: String(n) })])).status).toBe(
        200,
      )
      const loaded = await ann.send('GET', `${tables}/${name}`)
      expect(objectAt(readMetadata(loaded), 'properties')['n']).toBe(String(n))
      await Promise.all(busy)
    }
  })
})
