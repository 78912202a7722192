import { createHash } from 'node:crypto'
import { AuthRegistry } from '@headgate/auth'
import { expect, test } from 'vitest'
import { collect, id, replyInOrder, errorReply, testNamespace } from '../scripted-server.ts'
import type { ArrowStream } from '../../../src/client/arrow/arrow-data.ts'

const STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4)
const FILE = new TextEncoder().encode('ARROW1\0\0…')
const success = { respond: () => ({ json: {} }) }

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
])('rows can be uploaded to a table as %s', async (_, data) => {
  await using fixture = await testNamespace(success)
  await fixture.lance.createTable({ id }, data)
  expect(fixture.requests[0]?.bytes).toEqual(Buffer.from(STREAM))
  expect(fixture.requests[0]?.headers['content-type']).toBe('application/vnd.apache.arrow.stream')
})

test.each([
  ['bytes', FILE],
  ['a stream', (): ArrowStream => new Blob([FILE]).stream()],
])('createTable refuses an Arrow file in %s, and the message says what to do', async (_, data) => {
  await using fixture = await testNamespace(success)
  const error: unknown = await fixture.lance.createTable({ id }, data).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    code: 'bad-request',
    message: expect.stringContaining("tableToIPC(table, 'stream')"),
  })
  expect(fixture.requests.filter(({ bytes }) => bytes.length > 0)).toEqual([])
})

test('an upload is sent again only if its source can be opened again', async () => {
  const busy = { ...errorReply(429, 21), headers: { 'retry-after': '0' } }
  await using fixture = await testNamespace({ respond: replyInOrder(busy, { json: {} }) })
  await fixture.lance.insertIntoTable({ id }, halves)
  expect(fixture.requests.map(({ bytes }) => bytes.length)).toEqual([8, 8])

  await using once = await testNamespace({ respond: () => busy })
  await expect(once.lance.insertIntoTable({ id }, halves())).rejects.toMatchObject({ code: 21 })
  expect(once.requests.length).toBe(1)
})

test('an upload fails after a refused token if its source can be read only once', async () => {
  const auth = {
    authenticate: (request: never) => Promise.resolve(request),
    onResponse: () => 'retry' as const,
  }
  await using fixture = await testNamespace({ auth, respond: () => errorReply(401, 16) })
  await expect(fixture.lance.insertIntoTable({ id }, halves())).rejects.toThrow(
    'Pass a function that opens the stream',
  )
})

test('a stream is signed with its hash, and refused without a hash', async () => {
  const auth = new AuthRegistry().create({
    'rest.auth.type': 'sigv4',
    'rest.auth.sigv4.region': 'eu-central-1',
    'rest.auth.sigv4.access-key-id': 'AKID',
    'rest.auth.sigv4.secret-access-key': 'secret',
  })
  await using fixture = await testNamespace({ ...success, auth: await auth })
  await expect(fixture.lance.insertIntoTable({ id }, halves)).rejects.toThrow('pass its SHA-256')
  const sha256 = createHash('sha256').update(STREAM).digest('hex')
  await fixture.lance.insertIntoTable({ id }, { open: halves, sha256, length: STREAM.length })
  expect(
    fixture.requests.map(({ headers, bytes }) => [headers['x-amz-content-sha256'], bytes.length]),
  ).toEqual([[sha256, 8]])
})

test('an upload throws the error of its source', async () => {
  const reason = new Error('the query failed')
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield STREAM
    await Promise.resolve()
    throw reason
  }
  await using fixture = await testNamespace(success)
  await expect(fixture.lance.insertIntoTable({ id }, broken)).rejects.toBe(reason)
})

const query = { id, k: 1, vector: null }

test.each([
  ['file', FILE],
  ['stream', STREAM],
])('queryTable returns the result as an Arrow %s', async (_, body) => {
  await using fixture = await testNamespace({ respond: () => ({ body }) })
  expect(await fixture.lance.queryTable(query)).toEqual(body)
  expect(fixture.requests[0]?.headers['accept']).toContain('application/vnd.apache.arrow.file')
})

test('queryTable throws an error for a response that is not Arrow IPC', async () => {
  await using fixture = await testNamespace({ respond: () => ({ json: { rows: [] } }) })
  await expect(fixture.lance.queryTable(query)).rejects.toThrow('expected an Arrow IPC file or stream')
})

test('queryTableStream has no limit for the size of the response or the speed of the reader', async () => {
  const body = Buffer.concat(Array.from({ length: 200 }, () => Buffer.alloc(10_000, 7)))
  await using fixture = await testNamespace({
    timeoutMs: 1_000,
    maxResponseBytes: 10,
    respond: () => ({ body }),
  })
  let length = 0
  let slow = 2
  for await (const chunk of await fixture.lance.queryTableStream(query)) {
    length += chunk.length
    if (slow-- > 0) await new Promise((resolve) => setTimeout(resolve, 1_200))
  }
  expect(length).toBe(body.length)
})

test('queryTableStream fails when the response is truncated or makes no progress', async () => {
  for (const interruption of [{ disconnect: true }, { stall: true }]) {
    await using fixture = await testNamespace({
      timeoutMs: 100,
      respond: () => ({ body: 'ARROW1', ...interruption }),
    })
    await expect(collect(await fixture.lance.queryTableStream(query))).rejects.toThrow()
  }
})

test('queryTableStream throws the error that the server returns', async () => {
  await using fixture = await testNamespace({ respond: () => errorReply(404, 4) })
  await expect(fixture.lance.queryTableStream(query)).rejects.toMatchObject({ code: 4 })
})

test('a caller can stop reading a stream, and an abort signal ends the stream', async () => {
  const body = Buffer.alloc(1_000_000, 7)
  await using fixture = await testNamespace({ respond: () => ({ body, stall: true }) })
  for await (const _ of await fixture.lance.queryTableStream(query)) break
  const controller = new AbortController()
  const reason = new Error('enough')
  const stream = await fixture.lance.queryTableStream(query, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 20)
  await expect(collect(stream)).rejects.toBe(reason)
})
