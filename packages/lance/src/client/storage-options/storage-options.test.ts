import { expect, test } from 'vitest'
import type { StringMap } from '../../model/decode.ts'
import {
  eventually,
  id,
  problem,
  testNamespace,
  type Reply,
  type TestNamespace,
} from '../../../test/client/scripted-server.ts'
import type { StorageOptions, TableAccess } from './storage-options.ts'

const LOCATION = 's3://lake/orders'

/** A server whose keys live for so long, and a clock that only the test moves. */
async function vending({ lifeMs = 600_000, more = {} }: { lifeMs?: number; more?: StringMap } = {}) {
  const state = { now: 1_800_000_000_000, count: 0, reply: undefined as Reply | undefined }
  const keys = (count: number): StringMap => ({
    aws_access_key_id: `AK${count}`,
    aws_secret_access_key: 'secret',
    aws_session_token: 'token',
    expires_at_millis: String(state.now + lifeMs),
    ...more,
  })
  const it: TestNamespace = await testNamespace({
    answer: () => state.reply ?? { json: { location: LOCATION, storage_options: keys(++state.count) } },
  })
  const clock = { now: () => state.now, random: () => 0 }
  const open = (known?: TableAccess): StorageOptions => it.lance.storageOptions({ id }, known, clock)
  return { it, state, keys, open, [Symbol.asyncDispose]: () => it[Symbol.asyncDispose]() }
}

const keyOf = async (options: StorageOptions): Promise<string | undefined> =>
  (await options.get())['aws_access_key_id']

/** A renewal that nobody waits for. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

test('they are asked for by DescribeTable when they are first needed, once for all who wait', async () => {
  await using server = await vending()
  await using options = server.open()
  expect(server.it.seen).toEqual([])
  expect(await Promise.all(Array.from({ length: 8 }, () => keyOf(options)))).toEqual(Array(8).fill('AK1'))
  expect(server.it.seen.map(({ json }) => json)).toEqual([{ id, vend_credentials: true }])
})

test('what came with the table is used first', async () => {
  await using server = await vending()
  await using options = server.open({ location: LOCATION, storage_options: server.keys(0) })
  expect(await keyOf(options)).toBe('AK0')
  expect(server.it.seen).toEqual([])
})

test('what came with the table and has ended is not used', async () => {
  await using server = await vending({ lifeMs: 10 })
  const known = { location: LOCATION, storage_options: server.keys(0) }
  server.state.now += 20
  await using options = server.open(known)
  expect(await keyOf(options)).toBe('AK1')
})

test('they are renewed a minute before their end, while those who ask go on with the old ones', async () => {
  await using server = await vending()
  await using options = server.open()
  await options.get()
  server.state.now += 539_000
  expect(await keyOf(options)).toBe('AK1')
  expect(server.it.seen.length).toBe(1)
  server.state.now += 1_001
  expect(await Promise.all([keyOf(options), keyOf(options), keyOf(options)])).toEqual(['AK1', 'AK1', 'AK1'])
  await eventually(async () => (await keyOf(options)) === 'AK2')
  expect(server.it.seen.length).toBe(2)
})

test('the server says how long before their end', async () => {
  await using server = await vending({ more: { refresh_offset_millis: '200000' } })
  await using options = server.open()
  await options.get()
  server.state.now += 400_001
  await options.get()
  await eventually(async () => (await keyOf(options)) === 'AK2')
})

test('keys that live for less than that are not asked for again at each use', async () => {
  await using server = await vending({ lifeMs: 4_000 })
  await using options = server.open()
  for (let use = 0; use < 9; use++) {
    await options.get()
    server.state.now += 200
    await settled()
  }
  expect(server.it.seen.length).toBe(1)
  server.state.now += 300
  await options.get()
  await eventually(() => server.it.seen.length === 2)
})

test('options without an end are never renewed, and storage may need none', async () => {
  await using server = await vending()
  server.state.reply = { json: { location: 'file:///data/t', storage_options: null } }
  await using options = server.open()
  expect(await options.get()).toEqual({})
  server.state.now += 1e12
  expect(await options.get()).toEqual({})
  expect(server.it.seen.length).toBe(1)
})

test('a failure is nobody’s concern while the old ones are good, and the error of whoever asks after that', async () => {
  await using server = await vending()
  await using options = server.open()
  await options.get()
  server.state.reply = problem(403, 15)
  server.state.now += 550_000
  expect(await keyOf(options)).toBe('AK1')
  await settled()
  expect(await keyOf(options)).toBe('AK1')
  server.state.now += 60_000
  await expect(options.get()).rejects.toMatchObject({ code: 15 })
  server.state.reply = undefined
  server.state.now += 60_000
  expect(await keyOf(options)).toBe('AK2')
})

test('a server that vends no more is no reason to go on with the keys of the machine', async () => {
  await using server = await vending()
  await using options = server.open()
  await options.get()
  server.state.reply = { json: { location: LOCATION } }
  server.state.now += 700_000
  await expect(options.get()).rejects.toThrow('the server gave no storage options, where it gave some before')
})

test('a table that was made anew elsewhere gives no keys to holders of the old one', async () => {
  await using server = await vending()
  await using options = server.open({ location: 's3://lake/old', storage_options: server.keys(0) })
  await options.get()
  server.state.now += 700_000
  await expect(options.get()).rejects.toThrow('it is not the same table any more')
})

test('the AWS SDK is given keys with their end, and others when it says that storage refused them', async () => {
  await using server = await vending()
  await using options = server.open()
  expect(await options.aws()).toEqual({
    accessKeyId: 'AK1',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    expiration: new Date(server.state.now + 600_000),
  })
  server.state.now += 10_000
  expect(await options.aws({ forceRefresh: true })).toMatchObject({ accessKeyId: 'AK2' })
  expect(await options.aws()).toMatchObject({ accessKeyId: 'AK2' })
})

test.each([
  [
    { access_key_id: 'a', secret_access_key: 's' },
    { accessKeyId: 'a', secretAccessKey: 's' },
  ],
  [
    { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 's', aws_security_token: 't' },
    { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't' },
  ],
])('keys are found in every spelling that Lance takes: %j', async (storage_options, expected) => {
  await using server = await vending()
  await using options = server.open({ storage_options })
  expect(await options.aws()).toEqual(expected)
})

test('options of another storage are not taken for keys of S3', async () => {
  await using server = await vending()
  await using options = server.open({ storage_options: { google_storage_token: 't' } })
  await expect(options.aws()).rejects.toMatchObject({ code: 'unsupported' })
})

test('a signal ends the wait of its caller, and nobody else’s; closing ends all', async () => {
  await using server = await vending()
  const options = server.open()
  const controller = new AbortController()
  const reason = new Error('enough')
  const first = options.get({ signal: controller.signal })
  const second = options.get()
  controller.abort(reason)
  await expect(first).rejects.toBe(reason)
  expect(await second).toMatchObject({ aws_access_key_id: 'AK1' })
  await options[Symbol.asyncDispose]()
  await expect(options.get()).rejects.toThrow('closed')
})
