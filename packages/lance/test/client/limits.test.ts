import { expect, test } from 'vitest'
import { LanceConnectionError } from '../../src/client/errors/lance-connection-error.ts'
import { id, testNamespace, type Reply } from './scripted-server.ts'

const never = (): Promise<Reply> => Promise.withResolvers<Reply>().promise

test('a call of the client fails when the server sends no response', async () => {
  let tries = 0
  await using fixture = await testNamespace({
    timeoutMs: 40,
    maxRetries: 1,
    fetch: (url, init) => {
      tries++
      return fetch(url, init)
    },
    respond: never,
  })
  await expect(fixture.lance.describeTable({ id })).rejects.toMatchObject({
    name: 'LanceConnectionError',
    message: 'DescribeTable: no byte was sent or received for 40 ms',
  })
  expect(tries).toBe(2)
})

test('a call of the client fails when the server stops within a response', async () => {
  await using fixture = await testNamespace({
    timeoutMs: 40,
    maxRetries: 0,
    respond: () => ({ body: '{"location":', stall: true }),
  })
  await expect(fixture.lance.describeTable({ id })).rejects.toThrow('no byte was sent or received for 40 ms')
})

test('the time limit of a call replaces that of the namespace', async () => {
  const respondSlowly = async (): Promise<Reply> => {
    await new Promise((resolve) => setTimeout(resolve, 120))
    return { json: {} }
  }
  await using fixture = await testNamespace({ timeoutMs: 20, maxRetries: 0, respond: respondSlowly })
  await expect(fixture.lance.createTableIndex({ id, column: 'a', index_type: 'BTREE' })).rejects.toThrow(
    'no byte was sent or received',
  )
  await fixture.lance.createTableIndex({ id, column: 'a', index_type: 'BTREE' }, { timeoutMs: 5_000 })
})

test('an upload may take longer than the time limit if it makes progress', async () => {
  await using fixture = await testNamespace({
    timeoutMs: 1_000,
    maxRetries: 0,
    respond: () => ({ json: {} }),
  })
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let count = 0; count < 10; count++) {
      await new Promise((resolve) => setTimeout(resolve, 150))
      yield Uint8Array.of(0xff, 0xff, 0xff, 0xff)
    }
  }
  await fixture.lance.insertIntoTable({ id }, chunks())
  expect(fixture.requests[0]?.bytes).toHaveLength(40)
})

test('a call of the client fails without a retry when the response exceeds its size limit', async () => {
  await using fixture = await testNamespace({
    maxResponseBytes: 1_000,
    respond: () => ({ json: { location: 'x'.repeat(1_000) } }),
  })
  const error: unknown = await fixture.lance.describeTable({ id }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LanceConnectionError)
  expect(error).toMatchObject({ message: 'DescribeTable: the answer is longer than 1000 bytes' })
  expect(fixture.requests.length).toBe(1)
})

test('an abort signal ends a request, a wait before a retry, and calls that start later', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  await using fixture = await testNamespace({
    respond: () => {
      controller.abort(reason)
      return never()
    },
  })
  const { signal } = controller
  await expect(fixture.lance.describeTable({ id }, { signal })).rejects.toBe(reason)
  await expect(fixture.lance.describeTable({ id }, { signal })).rejects.toBe(reason)
  await expect(fixture.lance.listTables({}, { signal }).pages().next()).rejects.toBe(reason)
  expect(fixture.requests.length).toBe(1)

  const waiting = new AbortController()
  await using failing = await testNamespace({
    firstRetryMs: 60_000,
    respond: () => {
      setTimeout(() => waiting.abort(reason), 20)
      return { status: 500 }
    },
  })
  await expect(failing.lance.describeTable({ id }, { signal: waiting.signal })).rejects.toBe(reason)
})
