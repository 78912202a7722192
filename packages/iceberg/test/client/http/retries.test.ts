import { expect, test } from 'vitest'
import { everything, loaded, orders, problem, testCatalog } from '../catalog.ts'
import { RestCatalog } from '../../../src/client/index.ts'
import { ManualClock } from '../manual-clock.ts'
import { ScriptedServer, type Reply } from '../scripted-server.ts'

/** Answers one reply after the other, the last one for good. */
function inTurn(...replies: readonly Reply[]): () => Reply {
  let count = 0
  return () => replies[Math.min(count++, replies.length - 1)] ?? {}
}

const ok: Reply = { json: loaded() }
const busy = (status: number, retryAfter?: string): Reply => ({
  ...problem(status, 'SlowDownException'),
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } }),
})
const noKeys = { ...everything, 'idempotency-key-lifetime': null }
const commit = { requirements: [], updates: [] }

test.each([408, 429, 500, 502, 503, 504])('a read is repeated after %i', async (status) => {
  await using it = await testCatalog({ answer: inTurn(busy(status), busy(status), ok) })
  await it.catalog.loadTable(orders)
  expect(it.clock.slept).toEqual([125, 250])
})

test('a read is repeated when the connection breaks', async () => {
  await using it = await testCatalog({ answer: inTurn({ hangUp: true }, ok) })
  await it.catalog.loadTable(orders)
  expect(it.seen.length).toBe(2)
})

test.each([400, 401, 403, 404, 406, 409, 419, 422, 501])('nothing is repeated after %i', async (status) => {
  await using it = await testCatalog({ answer: inTurn(problem(status, 'X'), ok) })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({
    status,
    type: 'X',
    message: 'a message',
  })
  await expect(it.catalog.loadTable(orders)).resolves.toBeDefined()
})

test('waits are as long as the server asks, in seconds or as a date, and a little more by chance', async () => {
  const clock = new ManualClock()
  const date = new Date(clock.time + 10_000).toUTCString()
  await using it = await testCatalog({ clock, answer: inTurn(busy(503, '7'), busy(429, date), ok) })
  await it.catalog.loadTable(orders)
  expect(clock.slept).toEqual([7_000, 3_000])
  clock.chance = 0.5
  await using other = await testCatalog({ clock, answer: inTurn(busy(429, '20'), ok) })
  await other.catalog.loadTable(orders)
  expect(clock.slept.at(-1)).toBe(21_000)
})

test('a wait of more than a minute is left to the caller', async () => {
  await using it = await testCatalog({ answer: inTurn(busy(429, '61')) })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 61 })
  expect(it.clock.slept).toEqual([])
  await using shed = await testCatalog({ answer: inTurn(busy(503, '61')) })
  await expect(shed.catalog.commitTable(orders, commit)).rejects.toMatchObject({
    status: 503,
    outcomeUnknown: false,
  })
})

test('pauses double up to 20 seconds, and retries end', async () => {
  await using it = await testCatalog({ maxRetries: 9, answer: inTurn(busy(503)) })
  it.clock.chance = 0.999_999_999
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 503 })
  expect(it.clock.slept).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000])
})

test('a commit without a key is repeated only where nothing was done', async () => {
  for (const reply of [busy(429), busy(503, '1')]) {
    await using it = await testCatalog({ config: noKeys, answer: inTurn(reply, ok) })
    await it.catalog.commitTable(orders, commit)
    expect(it.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined])
  }
  for (const reply of [busy(500), busy(502), busy(503), busy(504), busy(408), { hangUp: true }]) {
    await using it = await testCatalog({ config: noKeys, answer: inTurn(reply, ok) })
    await expect(it.catalog.commitTable(orders, commit)).rejects.toMatchObject({ outcomeUnknown: true })
    expect(it.seen.length).toBe(1)
  }
})

test('without a key nothing is dropped twice, since what has the name by then may be new', async () => {
  const drops: readonly ((it: RestCatalog) => Promise<void>)[] = [
    (it) => it.dropTable(orders),
    (it) => it.dropView(orders),
    (it) => it.dropNamespace(orders.namespace),
  ]
  for (const drop of drops) {
    for (const reply of [busy(500), busy(502), busy(503), busy(504), busy(408), { hangUp: true }]) {
      await using it = await testCatalog({ config: noKeys, answer: inTurn(reply, { status: 204 }) })
      await expect(drop(it.catalog)).rejects.toMatchObject({ outcomeUnknown: true })
      expect(it.seen.length).toBe(1)
    }
    // Nothing was done.
    await using shed = await testCatalog({ config: noKeys, answer: inTurn(busy(503, '1'), { status: 204 }) })
    await drop(shed.catalog)
    expect(shed.seen.length).toBe(2)
    await using keyed = await testCatalog({ answer: inTurn({ hangUp: true }, busy(502), { status: 204 }) })
    await drop(keyed.catalog)
    const keys = keyed.seen.map(({ headers }) => headers['idempotency-key'])
    expect([keys.length, new Set(keys).size, typeof keys[0]]).toEqual([3, 1, 'string'])
  }
})

test('a plan is ended again without a key: its id is never that of another one', async () => {
  await using it = await testCatalog({ config: noKeys, answer: inTurn({ hangUp: true }, { status: 204 }) })
  await it.catalog.cancelPlanning(orders, 'p')
  expect(it.seen.length).toBe(2)
})

test('a mutation with a key is repeated with the same key, and the next one has another', async () => {
  await using it = await testCatalog({ answer: inTurn({ hangUp: true }, busy(502), ok) })
  await it.catalog.commitTable(orders, commit)
  await it.catalog.createTable(orders, { schema: { type: 'struct', fields: [] } })
  const keys = it.seen.map(({ headers }) => headers['idempotency-key'])
  expect(keys.length).toBe(4)
  expect(keys[0]).toMatch(/^019b76da-a800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(keys.slice(0, 3)).size).toBe(1)
  expect(keys[3]).not.toBe(keys[0])
  expect((await testKey(it.clock)).headers['idempotency-key']).toBeUndefined()
})

/** Reads have no key. */
async function testKey(clock: ManualClock): Promise<{ headers: Readonly<Record<string, unknown>> }> {
  await using it = await testCatalog({ clock, answer: () => ok })
  await it.catalog.loadTable(orders)
  const [seen] = it.seen
  if (seen === undefined) throw new Error('nothing was sent')
  return seen
}

test('a key is not trusted beyond half of its lifetime', async () => {
  const config = { ...everything, 'idempotency-key-lifetime': 'PT10S' }
  await using it = await testCatalog({
    config,
    answer: inTurn(busy(503, '4'), busy(503, '4'), busy(500), ok),
  })
  await expect(it.catalog.commitTable(orders, commit)).rejects.toMatchObject({
    status: 500,
    outcomeUnknown: true,
  })
})

test('a refusal after an attempt of unknown outcome does not count as certain', async () => {
  await using it = await testCatalog({ answer: inTurn(busy(502), problem(409, 'CommitFailedException')) })
  await expect(it.catalog.commitTable(orders, commit)).rejects.toMatchObject({
    status: 409,
    outcomeUnknown: true,
  })
  await using drop = await testCatalog({
    answer: inTurn({ hangUp: true }, problem(404, 'NoSuchTableException')),
  })
  await expect(drop.catalog.dropTable(orders)).rejects.toMatchObject({ status: 404, outcomeUnknown: true })
  await using plain = await testCatalog({ answer: inTurn(busy(429), problem(409, 'CommitFailedException')) })
  await expect(plain.catalog.commitTable(orders, commit)).rejects.toMatchObject({ outcomeUnknown: false })
})

test('a connection that was never made is tried again for every request, and nothing happened', async () => {
  const server = await ScriptedServer.start(() => ({ json: noKeys }))
  const clock = new ManualClock()
  const catalog = await RestCatalog.connect({ uri: server.url, clock, maxRetries: 2 })
  await server[Symbol.asyncDispose]()
  await expect(catalog.commitTable(orders, commit)).rejects.toMatchObject({
    name: 'IcebergConnectionError',
    message: expect.stringContaining('ECONNREFUSED'),
    outcomeUnknown: false,
  })
  expect(clock.slept.length).toBe(2)
})

test('an attempt that takes too long is given up', async () => {
  const { promise: never } = Promise.withResolvers<Reply>()
  await using it = await testCatalog({ answer: () => never })
  await expect(it.catalog.loadTable(orders, { timeoutMs: 50, maxRetries: 1 })).rejects.toMatchObject({
    name: 'IcebergConnectionError',
    message: 'loadTable: no answer within 50 ms',
  })
  expect(it.clock.slept.length).toBe(1)
})

test('an answer that is too long is given up', async () => {
  await using it = await testCatalog({
    maxResponseBytes: 10_000,
    maxRetries: 0,
    answer: () => ({ json: 'x'.repeat(10_000) }),
  })
  await expect(it.catalog.loadTable(orders)).rejects.toThrow('longer than 10000 bytes')
})

test('a signal ends a request under way, and a wait', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const { promise: never } = Promise.withResolvers<Reply>()
  await using it = await testCatalog({
    answer: () => {
      controller.abort(reason)
      return never
    },
  })
  await expect(it.catalog.loadTable(orders, { signal: controller.signal })).rejects.toBe(reason)
  await expect(it.catalog.dropTable(orders, { signal: controller.signal })).rejects.toBe(reason)
  expect(it.seen.length).toBe(1)
})

test('a redirect is not followed', async () => {
  await using it = await testCatalog({ answer: inTurn({ status: 307, headers: { location: '/elsewhere' } }) })
  await expect(it.catalog.loadTable(orders)).rejects.toThrow('set the uri to where it leads')
  expect(it.seen.length).toBe(1)
})

test('an error without the body of the protocol has a message of its own, and never the query', async () => {
  await using it = await testCatalog({ answer: () => ({ status: 404, text: '<html>not here</html>' }) })
  const error = await it.catalog
    .loadCredentials(orders, { storageRefreshToken: 'geheim' })
    .catch((e: unknown) => e)
  expect(error).toMatchObject({ status: 404, type: null })
  expect(String(error)).toContain('without the error body of the Iceberg protocol')
  await using gone = await testCatalog({ maxRetries: 0, answer: () => ({ hangUp: true }) })
  const other = await gone.catalog
    .loadCredentials(orders, { storageRefreshToken: 'geheim' })
    .catch((e: unknown) => e)
  for (const it of [error, other]) expect(`${String(it)}${JSON.stringify(it)}`).not.toContain('geheim')
})
