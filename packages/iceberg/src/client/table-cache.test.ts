import type { AuthProvider } from '@headgate/auth'
import { stringify, type JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { loadBody, orders, testCatalog, type TestCatalogOptions } from '../../test/client/catalog.ts'
import { InvalidAnswerError } from './index.ts'
import type { ScriptedResponse, RecordedRequest } from '../../test/client/scripted-server.ts'

/** Responds with 304 if the request contains the current ETag. */
const etags =
  (body: JsonObject = loadBody(), etag = '"1"') =>
  ({ headers }: RecordedRequest): ScriptedResponse =>
    headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : { json: body, headers: { etag } }

async function loads(
  options: Omit<TestCatalogOptions, 'respond'>,
  ...calls: readonly object[]
): Promise<unknown[]> {
  await using it = await testCatalog({ ...options, respond: etags() })
  const tables = []
  for (const call of calls) tables.push(await it.catalog.loadTable(orders, call))
  for (const table of tables) expect(table).toEqual(tables[0])
  return it.requests.map(({ headers }) => headers['if-none-match'])
}

test('a second load of a table sends the ETag, and returns the cached table after a 304', async () => {
  expect(await loads({}, {}, {}, {})).toEqual([undefined, '"1"', '"1"'])
})

test('the table cache has an entry for each set of load options, and the option cached: false loads the complete table', async () => {
  expect(
    await loads(
      {},
      {},
      { snapshots: 'refs' },
      { accessDelegation: [] },
      { referencedBy: [orders] },
      { cached: false },
      {},
      { snapshots: 'refs' },
    ),
  ).toEqual([undefined, undefined, undefined, undefined, undefined, '"1"', '"1"'])
})

test('the option tableCache: false disables the table cache', async () => {
  expect(await loads({ tableCache: false }, {}, {})).toEqual([undefined, undefined])
})

test('the client does not cache responses for an auth provider that does not state the identity of its credentials', async () => {
  const auth: AuthProvider = { authenticate: (request) => Promise.resolve(request) }
  expect(await loads({ auth }, {}, {})).toEqual([undefined, undefined])
})

test('a caller never receives the cached response of another caller', async () => {
  let subject = 'alice'
  const auth: AuthProvider = {
    authenticate: (request) => Promise.resolve(request),
    get provenance() {
      return { who: { issuer: 'https://login.example', subject }, obtainedBy: 'static', renewableBy: [] }
    },
  }
  await using it = await testCatalog({ auth, respond: etags() })
  for (subject of ['alice', 'bob', 'alice']) await it.catalog.loadTable(orders)
  expect(it.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined, '"1"'])
  await using changing = await testCatalog({
    auth,
    respond: (request) => {
      subject = 'mallory'
      return etags()(request)
    },
  })
  subject = 'alice'
  await changing.catalog.loadTable(orders)
  subject = 'alice'
  await changing.catalog.loadTable(orders)
  expect(changing.requests[1]?.headers['if-none-match']).toBeUndefined()
})

test('a cached table expires after five minutes, or when its credentials must be renewed', async () => {
  const config = { 's3.access-key-id': 'A', 's3.secret-access-key': 'B', 's3.session-token': 'C' }
  for (const [life, good, over] of [
    [3_600_000, 299_000, 300_000],
    [600_000, 299_000, 300_000],
    [60_000, 29_000, 30_000],
  ] as const) {
    const until = Date.parse('2026-01-01T00:00:00Z') + life
    const body = loadBody({
      'storage-credentials': [
        { prefix: 's3://lake', config: { ...config, 's3.session-token-expires-at-ms': String(until) } },
      ],
    })
    await using it = await testCatalog({ respond: etags(body) })
    await it.catalog.loadTable(orders)
    it.clock.time = until - life + good
    await it.catalog.loadTable(orders)
    it.clock.time = until - life + over
    await it.catalog.loadTable(orders)
    expect(it.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined])
  }
})

test('the table cache evicts the least recently used table when it has too many entries or bytes', async () => {
  for (const tableCache of [{ maxEntries: 2 }, { maxBytes: 2.5 * stringify(loadBody()).length }]) {
    await using it = await testCatalog({ tableCache, respond: etags() })
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await it.catalog.loadTable({ ...orders, name })
    expect(it.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      '"1"',
      undefined,
      '"1"',
      undefined,
    ])
  }
  await using it = await testCatalog({ tableCache: { maxBytes: 10 }, respond: etags() })
  for (let count = 0; count < 2; count++) await it.catalog.loadTable(orders)
  expect(it.requests[1]?.headers['if-none-match']).toBeUndefined()
})

test('loadTable throws an error for a 304 response to a request without If-None-Match', async () => {
  await using it = await testCatalog({ respond: () => ({ status: 304 }) })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 304 })
  await expect(it.catalog.loadNamespace(['a'])).rejects.not.toBeInstanceOf(InvalidAnswerError)
})
