import { expect, test } from 'vitest'
import { fullConfig, loadBody, orders, errorResponse, testCatalog } from '../catalog.ts'
import { RestCatalog } from '../../../src/client/index.ts'
import { ManualClock } from '../manual-clock.ts'
import { ScriptedServer, type ScriptedResponse } from '../scripted-server.ts'

/** Returns the responses in their order, and repeats the last one. */
function respondInOrder(...responses: readonly ScriptedResponse[]): () => ScriptedResponse {
  let count = 0
  return () => responses[Math.min(count++, responses.length - 1)] ?? {}
}

const ok: ScriptedResponse = { json: loadBody() }
const busyResponse = (status: number, retryAfter?: string): ScriptedResponse => ({
  ...errorResponse(status, 'SlowDownException'),
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } }),
})
const noIdempotencyKeys = { ...fullConfig, 'idempotency-key-lifetime': null }
const commit = { requirements: [], updates: [] }

test.each([408, 429, 500, 502, 503, 504])('a read is repeated after status %i', async (status) => {
  await using it = await testCatalog({
    respond: respondInOrder(busyResponse(status), busyResponse(status), ok),
  })
  await it.catalog.loadTable(orders)
  expect(it.clock.slept).toEqual([125, 250])
})

test('a read is repeated when the connection breaks', async () => {
  await using it = await testCatalog({ respond: respondInOrder({ disconnect: true }, ok) })
  await it.catalog.loadTable(orders)
  expect(it.requests.length).toBe(2)
})

test.each([400, 401, 403, 404, 406, 409, 419, 422, 501])(
  'a request is not repeated after status %i',
  async (status) => {
    await using it = await testCatalog({ respond: respondInOrder(errorResponse(status, 'X'), ok) })
    await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({
      status,
      type: 'X',
      message: 'a message',
    })
    await expect(it.catalog.loadTable(orders)).resolves.toBeDefined()
  },
)

test('the client waits for the time in the header Retry-After, in seconds or as a date, plus a random time', async () => {
  const clock = new ManualClock()
  const date = new Date(clock.time + 10_000).toUTCString()
  await using it = await testCatalog({
    clock,
    respond: respondInOrder(busyResponse(503, '7'), busyResponse(429, date), ok),
  })
  await it.catalog.loadTable(orders)
  expect(clock.slept).toEqual([7_000, 3_000])
  clock.chance = 0.5
  await using other = await testCatalog({ clock, respond: respondInOrder(busyResponse(429, '20'), ok) })
  await other.catalog.loadTable(orders)
  expect(clock.slept.at(-1)).toBe(21_000)
})

test('a request is not repeated if Retry-After is more than a minute', async () => {
  await using it = await testCatalog({ respond: respondInOrder(busyResponse(429, '61')) })
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 429, retryAfterSeconds: 61 })
  expect(it.clock.slept).toEqual([])
  await using shed = await testCatalog({ respond: respondInOrder(busyResponse(503, '61')) })
  await expect(shed.catalog.commitTable(orders, commit)).rejects.toMatchObject({
    status: 503,
    outcomeUnknown: false,
  })
})

test('the pauses between retries double up to 20 seconds until the retries end', async () => {
  await using it = await testCatalog({ maxRetries: 9, respond: respondInOrder(busyResponse(503)) })
  it.clock.chance = 0.999_999_999
  await expect(it.catalog.loadTable(orders)).rejects.toMatchObject({ status: 503 })
  expect(it.clock.slept).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000])
})

test('a commit without an idempotency key is repeated only if the server has not executed it', async () => {
  for (const response of [busyResponse(429), busyResponse(503, '1')]) {
    await using it = await testCatalog({ config: noIdempotencyKeys, respond: respondInOrder(response, ok) })
    await it.catalog.commitTable(orders, commit)
    expect(it.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined])
  }
  for (const response of [
    busyResponse(500),
    busyResponse(502),
    busyResponse(503),
    busyResponse(504),
    busyResponse(408),
    { disconnect: true },
  ]) {
    await using it = await testCatalog({ config: noIdempotencyKeys, respond: respondInOrder(response, ok) })
    await expect(it.catalog.commitTable(orders, commit)).rejects.toMatchObject({ outcomeUnknown: true })
    expect(it.requests.length).toBe(1)
  }
})

test('a drop without an idempotency key is not repeated, because a new object may have the name', async () => {
  const drops: readonly ((it: RestCatalog) => Promise<void>)[] = [
    (it) => it.dropTable(orders),
    (it) => it.dropView(orders),
    (it) => it.dropNamespace(orders.namespace),
  ]
  for (const drop of drops) {
    for (const response of [
      busyResponse(500),
      busyResponse(502),
      busyResponse(503),
      busyResponse(504),
      busyResponse(408),
      { disconnect: true },
    ]) {
      await using it = await testCatalog({
        config: noIdempotencyKeys,
        respond: respondInOrder(response, { status: 204 }),
      })
      await expect(drop(it.catalog)).rejects.toMatchObject({ outcomeUnknown: true })
      expect(it.requests.length).toBe(1)
    }
    // After 503 with Retry-After, the server has not executed the request.
    await using overloaded = await testCatalog({
      config: noIdempotencyKeys,
      respond: respondInOrder(busyResponse(503, '1'), { status: 204 }),
    })
    await drop(overloaded.catalog)
    expect(overloaded.requests.length).toBe(2)
    await using keyed = await testCatalog({
      respond: respondInOrder({ disconnect: true }, busyResponse(502), { status: 204 }),
    })
    await drop(keyed.catalog)
    const keys = keyed.requests.map(({ headers }) => headers['idempotency-key'])
    expect([keys.length, new Set(keys).size, typeof keys[0]]).toEqual([3, 1, 'string'])
  }
})

test('the cancellation of a scan plan is repeated without an idempotency key', async () => {
  await using it = await testCatalog({
    config: noIdempotencyKeys,
    respond: respondInOrder({ disconnect: true }, { status: 204 }),
  })
  await it.catalog.cancelPlanning(orders, 'p')
  expect(it.requests.length).toBe(2)
})

test('a changing request is repeated with the same idempotency key, and the next changing request has another key', async () => {
  await using it = await testCatalog({ respond: respondInOrder({ disconnect: true }, busyResponse(502), ok) })
  await it.catalog.commitTable(orders, commit)
  await it.catalog.createTable(orders, { schema: { type: 'struct', fields: [] } })
  const keys = it.requests.map(({ headers }) => headers['idempotency-key'])
  expect(keys.length).toBe(4)
  expect(keys[0]).toMatch(/^019b76da-a800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(keys.slice(0, 3)).size).toBe(1)
  expect(keys[3]).not.toBe(keys[0])
  expect((await recordLoad(it.clock)).headers['idempotency-key']).toBeUndefined()
})

/** Loads a table and returns the request, which has no idempotency key. */
async function recordLoad(clock: ManualClock): Promise<{ headers: Readonly<Record<string, unknown>> }> {
  await using it = await testCatalog({ clock, respond: () => ok })
  await it.catalog.loadTable(orders)
  const [request] = it.requests
  if (request === undefined) throw new Error('No request was sent')
  return request
}

test('a changing request is not repeated after half of the lifetime of its idempotency key', async () => {
  const config = { ...fullConfig, 'idempotency-key-lifetime': 'PT10S' }
  await using it = await testCatalog({
    config,
    respond: respondInOrder(busyResponse(503, '4'), busyResponse(503, '4'), busyResponse(500), ok),
  })
  await expect(it.catalog.commitTable(orders, commit)).rejects.toMatchObject({
    status: 500,
    outcomeUnknown: true,
  })
})

test('an error after an attempt that the server may have executed has the property outcomeUnknown', async () => {
  await using it = await testCatalog({
    respond: respondInOrder(busyResponse(502), errorResponse(409, 'CommitFailedException')),
  })
  await expect(it.catalog.commitTable(orders, commit)).rejects.toMatchObject({
    status: 409,
    outcomeUnknown: true,
  })
  await using drop = await testCatalog({
    respond: respondInOrder({ disconnect: true }, errorResponse(404, 'NoSuchTableException')),
  })
  await expect(drop.catalog.dropTable(orders)).rejects.toMatchObject({ status: 404, outcomeUnknown: true })
  await using plain = await testCatalog({
    respond: respondInOrder(busyResponse(429), errorResponse(409, 'CommitFailedException')),
  })
  await expect(plain.catalog.commitTable(orders, commit)).rejects.toMatchObject({ outcomeUnknown: false })
})

test('every request is repeated if the connection was not established, and its outcome is known', async () => {
  const server = await ScriptedServer.start(() => ({ json: noIdempotencyKeys }))
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

test('an attempt of a request ends after its time limit', async () => {
  const { promise: never } = Promise.withResolvers<ScriptedResponse>()
  await using it = await testCatalog({ respond: () => never })
  await expect(it.catalog.loadTable(orders, { timeoutMs: 50, maxRetries: 1 })).rejects.toMatchObject({
    name: 'IcebergConnectionError',
    message: 'loadTable: no answer within 50 ms',
  })
  expect(it.clock.slept.length).toBe(1)
})

test('a response that exceeds the size limit is refused', async () => {
  await using it = await testCatalog({
    maxResponseBytes: 10_000,
    maxRetries: 0,
    respond: () => ({ json: 'x'.repeat(10_000) }),
  })
  await expect(it.catalog.loadTable(orders)).rejects.toThrow('longer than 10000 bytes')
})

test('an abort signal ends an active request, and later requests are not sent', async () => {
  const controller = new AbortController()
  const reason = new Error('aborted by the test')
  const { promise: never } = Promise.withResolvers<ScriptedResponse>()
  await using it = await testCatalog({
    respond: () => {
      controller.abort(reason)
      return never
    },
  })
  await expect(it.catalog.loadTable(orders, { signal: controller.signal })).rejects.toBe(reason)
  await expect(it.catalog.dropTable(orders, { signal: controller.signal })).rejects.toBe(reason)
  expect(it.requests.length).toBe(1)
})

test('the client does not follow a redirect', async () => {
  await using it = await testCatalog({
    respond: respondInOrder({ status: 307, headers: { location: '/elsewhere' } }),
  })
  await expect(it.catalog.loadTable(orders)).rejects.toThrow(
    'Set the uri to the address that the redirect names',
  )
  expect(it.requests.length).toBe(1)
})

test('an error for a response without an error body describes the response and omits the query of the URL', async () => {
  await using it = await testCatalog({ respond: () => ({ status: 404, text: '<html>not here</html>' }) })
  const error = await it.catalog
    .loadCredentials(orders, { storageRefreshToken: 'hidden-secret' })
    .catch((e: unknown) => e)
  expect(error).toMatchObject({ status: 404, type: null })
  expect(String(error)).toContain('without the error body of the Iceberg protocol')
  await using gone = await testCatalog({ maxRetries: 0, respond: () => ({ disconnect: true }) })
  const other = await gone.catalog
    .loadCredentials(orders, { storageRefreshToken: 'hidden-secret' })
    .catch((e: unknown) => e)
  for (const it of [error, other]) expect(`${String(it)}${JSON.stringify(it)}`).not.toContain('hidden-secret')
})
