import { expect, test } from 'vitest'
import { LanceConnectionError } from '../../src/client/errors/lance-connection-error.ts'
import { id, testNamespace, type Reply } from './scripted-server.ts'

const never = (): Promise<Reply> => Promise.withResolvers<Reply>().promise

test('an answer that does not come is given up', async () => {
  let tries = 0
  await using it = await testNamespace({
    timeoutMs: 40,
    maxRetries: 1,
    fetch: (url, init) => {
      tries++
      return fetch(url, init)
    },
    answer: never,
  })
  await expect(it.lance.describeTable({ id })).rejects.toMatchObject({
    name: 'LanceConnectionError',
    message: 'DescribeTable: nothing moved for 40 ms',
  })
  expect(tries).toBe(2)
})

test('an answer that begins and does not end is given up', async () => {
  await using it = await testNamespace({
    timeoutMs: 40,
    maxRetries: 0,
    answer: () => ({ body: '{"location":', stall: true }),
  })
  await expect(it.lance.describeTable({ id })).rejects.toThrow('nothing moved for 40 ms')
})

test('a call may take longer than the namespace says', async () => {
  const slowly = async (): Promise<Reply> => {
    await new Promise((resolve) => setTimeout(resolve, 120))
    return { json: {} }
  }
  await using it = await testNamespace({ timeoutMs: 20, maxRetries: 0, answer: slowly })
  await expect(it.lance.createTableIndex({ id, column: 'a', index_type: 'BTREE' })).rejects.toThrow(
    'nothing moved',
  )
  await it.lance.createTableIndex({ id, column: 'a', index_type: 'BTREE' }, { timeoutMs: 5_000 })
})

test('what moves may take as long as it needs: an upload in pieces longer than the limit', async () => {
  await using it = await testNamespace({ timeoutMs: 1_000, maxRetries: 0, answer: () => ({ json: {} }) })
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 10; piece++) {
      await new Promise((resolve) => setTimeout(resolve, 150))
      yield Uint8Array.of(0xff, 0xff, 0xff, 0xff)
    }
  }
  await it.lance.insertIntoTable({ id }, pieces())
  expect(it.seen[0]?.bytes).toHaveLength(40)
})

test('an answer that is too long is given up, and is not asked for again', async () => {
  await using it = await testNamespace({
    maxResponseBytes: 1_000,
    answer: () => ({ json: { location: 'x'.repeat(1_000) } }),
  })
  const error: unknown = await it.lance.describeTable({ id }).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(LanceConnectionError)
  expect(error).toMatchObject({ message: 'DescribeTable: the answer is longer than 1000 bytes' })
  expect(it.seen.length).toBe(1)
})

test('a signal ends a request under way, a wait, and what would come after', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  await using it = await testNamespace({
    answer: () => {
      controller.abort(reason)
      return never()
    },
  })
  const { signal } = controller
  await expect(it.lance.describeTable({ id }, { signal })).rejects.toBe(reason)
  await expect(it.lance.describeTable({ id }, { signal })).rejects.toBe(reason)
  await expect(it.lance.listTables({}, { signal }).pages().next()).rejects.toBe(reason)
  expect(it.seen.length).toBe(1)

  const waiting = new AbortController()
  await using busy = await testNamespace({
    firstRetryMs: 60_000,
    answer: () => {
      setTimeout(() => waiting.abort(reason), 20)
      return { status: 500 }
    },
  })
  await expect(busy.lance.describeTable({ id }, { signal: waiting.signal })).rejects.toBe(reason)
})
