import { createHash } from 'node:crypto'
import { AuthRegistry } from '@headgate/auth'
import { expect, test } from 'vitest'
import { gathered, id, inTurn, problem, testNamespace } from '../scripted-server.ts'
import type { ArrowStream } from '../../../src/client/arrow/arrow-data.ts'

const STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4)
const FILE = new TextEncoder().encode('ARROW1\0\0…')
const ok = { answer: () => ({ json: {} }) }

const halves = async function* (): AsyncGenerator<Uint8Array> {
  yield STREAM.subarray(0, 3)
  await Promise.resolve()
  yield STREAM.subarray(3)
}
const readable = (): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(STREAM.subarray(0, 3))
      controller.enqueue(STREAM.subarray(3))
      controller.close()
    },
  })

test.each([
  ['bytes', STREAM],
  ['a buffer', STREAM.buffer],
  ['an async iterable', halves()],
  ['a readable stream', readable()],
  ['a function that opens one', halves],
  ['a function that opens the other', readable],
])('rows can be uploaded as %s', async (_, data) => {
  await using it = await testNamespace(ok)
  await it.lance.createTable({ id }, data)
  expect(it.seen[0]?.bytes).toEqual(Buffer.from(STREAM))
  expect(it.seen[0]?.headers['content-type']).toBe('application/vnd.apache.arrow.stream')
})

test.each([
  ['bytes', FILE],
  ['a stream', (): ArrowStream => new Blob([FILE]).stream()],
])('an Arrow file in %s is refused, and the message says what to do', async (_, data) => {
  await using it = await testNamespace(ok)
  const error: unknown = await it.lance.createTable({ id }, data).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining("tableToIPC(table, 'stream')"),
  })
  expect(it.seen.filter(({ bytes }) => bytes.length > 0)).toEqual([])
})

test('what can be opened anew is sent again, what cannot is not', async () => {
  const busy = { ...problem(429, 21), headers: { 'retry-after': '0' } }
  await using it = await testNamespace({ answer: inTurn(busy, { json: {} }) })
  await it.lance.insertIntoTable({ id }, halves)
  expect(it.seen.map(({ bytes }) => bytes.length)).toEqual([8, 8])

  await using once = await testNamespace({ answer: () => busy })
  await expect(once.lance.insertIntoTable({ id }, halves())).rejects.toMatchObject({ code: 21 })
  expect(once.seen.length).toBe(1)
})

test('a refusal that a new token would mend says that the rows can be read only once', async () => {
  const auth = {
    authenticate: (request: never) => Promise.resolve(request),
    onResponse: () => 'retry' as const,
  }
  await using it = await testNamespace({ auth, answer: () => problem(401, 16) })
  await expect(it.lance.insertIntoTable({ id }, halves())).rejects.toThrow('give a function that opens it')
})

test('a stream is signed by its hash, and without one the message says so', async () => {
  const auth = new AuthRegistry().create({
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'eu-central-1',
    'rest.auth.sigv4.access-key-id': 'AKID',
    'rest.auth.sigv4.secret-access-key': 'secret',
  })
  await using it = await testNamespace({ ...ok, auth: await auth })
  await expect(it.lance.insertIntoTable({ id }, halves)).rejects.toThrow('give its SHA-256')
  const sha256 = createHash('sha256').update(STREAM).digest('hex')
  await it.lance.insertIntoTable({ id }, { open: halves, sha256, length: STREAM.length })
  expect(it.seen.map(({ headers, bytes }) => [headers['x-amz-content-sha256'], bytes.length])).toEqual([
    [sha256, 8],
  ])
})

test('what the source of rows throws is thrown', async () => {
  const reason = new Error('the query failed')
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield STREAM
    await Promise.resolve()
    throw reason
  }
  await using it = await testNamespace(ok)
  await expect(it.lance.insertIntoTable({ id }, broken)).rejects.toBe(reason)
})

const query = { id, k: 1, vector: null }

test.each([
  ['file', FILE],
  ['stream', STREAM],
])('the answer of a query is an Arrow %s', async (_, body) => {
  await using it = await testNamespace({ answer: () => ({ body }) })
  expect(await it.lance.queryTable(query)).toEqual(body)
  expect(it.seen[0]?.headers['accept']).toContain('application/vnd.apache.arrow.file')
})

test('an answer of a query that is no Arrow is told as such', async () => {
  await using it = await testNamespace({ answer: () => ({ json: { rows: [] } }) })
  await expect(it.lance.queryTable(query)).rejects.toThrow('expected Arrow IPC')
})

test('the answer of a query can be read as it comes, however long, and slowly', async () => {
  const body = Buffer.concat(Array.from({ length: 200 }, () => Buffer.alloc(10_000, 7)))
  await using it = await testNamespace({ timeoutMs: 1_000, maxResponseBytes: 10, answer: () => ({ body }) })
  let length = 0
  let slow = 2
  for await (const chunk of await it.lance.queryTableStream(query)) {
    length += chunk.length
    if (slow-- > 0) await new Promise((resolve) => setTimeout(resolve, 1_200))
  }
  expect(length).toBe(body.length)
})

test('an answer that breaks off, or stops, ends the stream with an error', async () => {
  for (const how of [{ hangUp: true }, { stall: true }]) {
    await using it = await testNamespace({ timeoutMs: 100, answer: () => ({ body: 'ARROW1', ...how }) })
    await expect(gathered(await it.lance.queryTableStream(query))).rejects.toThrow()
  }
})

test('an error of a query is an error, also when its answer was to be a stream', async () => {
  await using it = await testNamespace({ answer: () => problem(404, 4) })
  await expect(it.lance.queryTableStream(query)).rejects.toMatchObject({ code: 4 })
})

test('a stream that is left ends the connection, and a signal ends the stream', async () => {
  const body = Buffer.alloc(1_000_000, 7)
  await using it = await testNamespace({ answer: () => ({ body, stall: true }) })
  for await (const _ of await it.lance.queryTableStream(query)) break
  const controller = new AbortController()
  const reason = new Error('enough')
  const stream = await it.lance.queryTableStream(query, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  await expect(gathered(stream)).rejects.toBe(reason)
})
