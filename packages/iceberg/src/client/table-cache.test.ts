import type { AuthProvider } from '@headgate/auth'
import { stringify, type JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import { loaded, orders, testCatalog, type TestCatalogOptions } from '../../test/client/catalog.ts'
import { InvalidAnswerError } from './index.ts'
import type { Reply, Seen } from '../../test/client/scripted-server.ts'

/** A server that answers 304 to whoever has the newest. */
const etags =
  (body: JsonObject = loaded(), etag = '"1"') =>
  ({ headers }: Seen): Reply =>
    headers['if-none-match'] === etag ? { status: 304, headers: { etag } } : { json: body, headers: { etag } }

async function loads(
  options: Omit<TestCatalogOptions, 'answer'>,
  ...calls: readonly object[]
): Promise<unknown[]> {
  await using it = await testCatalog({ ...options, answer: etags() })
  const tables = []
  for (const call of calls) tables.push(await it.catalog.loadTable(orders, call))
  for (const table of tables) expect(table).toEqual(tables[0])
  return it.seen.map(({ headers }) => headers['if-none-match'])
}

test('a table that was loaded is asked about with its ETag, and 304 gives the one at hand', async () => {
  expect(await loads({}, {}, {}, {})).toEqual([undefined, '"1"', '"1"'])
})

test('another form of the answer has another place, and a caller may want all of it', async () => {
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

test('nothing is kept where nobody wants it', async () => {
  expect(await loads({ tableCache: false }, {}, {})).toEqual([undefined, undefined])
})

test('nothing is kept for a provider that does not say who it is', async () => {
  const auth: AuthProvider = { authenticate: (request) => Promise.resolve(request) }
  expect(await loads({ auth }, {}, {})).toEqual([undefined, undefined])
})

test('what one identity was given is never the answer of another', async () => {
  let subject = 'alice'
  const auth: AuthProvider = {
    authenticate: (request) => Promise.resolve(request),
    get provenance() {
      return { who: { issuer: 'https://login.example', subject }, obtainedBy: 'static', renewableBy: [] }
    },
  }
  await using it = await testCatalog({ auth, answer: etags() })
  for (subject of ['alice', 'bob', 'alice']) await it.catalog.loadTable(orders)
  expect(it.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined, '"1"'])
  await using turning = await testCatalog({
    auth,
    answer: (seen) => {
      subject = 'mallory'
      return etags()(seen)
    },
  })
  subject = 'alice'
  await turning.catalog.loadTable(orders)
  subject = 'alice'
  await turning.catalog.loadTable(orders)
  expect(turning.seen[1]?.headers['if-none-match']).toBeUndefined()
})

test('it is used again for five minutes, and no longer than the keys in it need no renewal', async () => {
  const config = { 's3.access-key-id': 'A', 's3.secret-access-key': 'B', 's3.session-token': 'C' }
  for (const [life, good, over] of [
    [3_600_000, 299_000, 300_000],
    [600_000, 299_000, 300_000],
    [60_000, 29_000, 30_000],
  ] as const) {
    const until = Date.parse('2026-01-01T00:00:00Z') + life
    const body = loaded({
      'storage-credentials': [
        { prefix: 's3://lake', config: { ...config, 's3.session-token-expires-at-ms': String(until) } },
      ],
    })
    await using it = await testCatalog({ answer: etags(body) })
    await it.catalog.loadTable(orders)
    it.clock.time = until - life + good
    await it.catalog.loadTable(orders)
    it.clock.time = until - life + over
    await it.catalog.loadTable(orders)
    expect(it.seen.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"1"', undefined])
  }
})

test('what was used longest ago goes when there are too many, or too many bytes', async () => {
  for (const tableCache of [{ maxEntries: 2 }, { maxBytes: 2.5 * stringify(loaded()).length }]) {
    await using it = await testCatalog({ tableCache, answer: etags() })
    for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await it.catalog.loadTable({ ...orders, name })
    expect(it.seen.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      '"1"',
      undefined,
      '"1"',
      undefined,
    ])
  }
  await using it = await testCatalog({ tableCache: { maxBytes: 10 }, answer: etags() })
  for (let count = 0; count < 2; count++) await it.catalog.loadTable(orders)
  expect(it.seen[1]?.headers['if-none-match']).toBeUndefined()
})

test('304 to somebody who did not ask is an error', async () => {
  await using it = await testCatalog({ answer: () => ({ status: 304 }) })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 304 })
  await expect(it.catalog.loadNamespace(['a'])).rejects.not.toBeInstanceOf(InvalidAnswerError)
})
