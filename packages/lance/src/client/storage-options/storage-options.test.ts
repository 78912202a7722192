import { expect, test } from 'vitest'
import type { StringMap } from '../../model/decode.ts'
import {
  waitUntil,
  id,
  errorReply,
  testNamespace,
  type Reply,
  type TestNamespace,
} from '../../../test/client/scripted-server.ts'
import type { StorageOptions, TableAccess } from './storage-options.ts'

const LOCATION = 's3://lake/orders'

/** Starts a server that vends keys with this lifetime, and a clock that only the test changes. */
async function startVendingServer({
  lifeMs = 600_000,
  more = {},
}: { lifeMs?: number; more?: StringMap } = {}) {
  const state = { now: 1_800_000_000_000, count: 0, reply: undefined as Reply | undefined }
  const keys = (count: number): StringMap => ({
    aws_access_key_id: `AK${count}`,
    aws_secret_access_key: 'secret',
    aws_session_token: 'token',
    expires_at_millis: String(state.now + lifeMs),
    ...more,
  })
  const fixture: TestNamespace = await testNamespace({
    respond: () => state.reply ?? { json: { location: LOCATION, storage_options: keys(++state.count) } },
  })
  const clock = { now: () => state.now, random: () => 0 }
  const open = (known?: TableAccess): StorageOptions => fixture.lance.storageOptions({ id }, known, clock)
  return { fixture, state, keys, open, [Symbol.asyncDispose]: () => fixture[Symbol.asyncDispose]() }
}

const getKeyId = async (options: StorageOptions): Promise<string | undefined> =>
  (await options.get())['aws_access_key_id']

/** Waits until a renewal in the background has finished. */
const waitForRenewal = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50))

test('the first callers of StorageOptions.get share one DescribeTable request', async () => {
  await using server = await startVendingServer()
  await using options = server.open()
  expect(server.fixture.requests).toEqual([])
  expect(await Promise.all(Array.from({ length: 8 }, () => getKeyId(options)))).toEqual(Array(8).fill('AK1'))
  expect(server.fixture.requests.map(({ json }) => json)).toEqual([{ id, vend_credentials: true }])
})

test('storage options begin with those of the declared table', async () => {
  await using server = await startVendingServer()
  await using options = server.open({ location: LOCATION, storage_options: server.keys(0) })
  expect(await getKeyId(options)).toBe('AK0')
  expect(server.fixture.requests).toEqual([])
})

test('storage options of the declared table are not used after their expiry', async () => {
  await using server = await startVendingServer({ lifeMs: 10 })
  const known = { location: LOCATION, storage_options: server.keys(0) }
  server.state.now += 20
  await using options = server.open(known)
  expect(await getKeyId(options)).toBe('AK1')
})

test('storage options are renewed one minute before their expiry, while callers get the current ones', async () => {
  await using server = await startVendingServer()
  await using options = server.open()
  await options.get()
  server.state.now += 539_000
  expect(await getKeyId(options)).toBe('AK1')
  expect(server.fixture.requests.length).toBe(1)
  server.state.now += 1_001
  expect(await Promise.all([getKeyId(options), getKeyId(options), getKeyId(options)])).toEqual([
    'AK1',
    'AK1',
    'AK1',
  ])
  await waitUntil(async () => (await getKeyId(options)) === 'AK2')
  expect(server.fixture.requests.length).toBe(2)
})

test('the server can set how long before their expiry storage options are renewed', async () => {
  await using server = await startVendingServer({ more: { refresh_offset_millis: '200000' } })
  await using options = server.open()
  await options.get()
  server.state.now += 400_001
  await options.get()
  await waitUntil(async () => (await getKeyId(options)) === 'AK2')
})

test('storage options with a lifetime of a few seconds are not renewed at each use', async () => {
  await using server = await startVendingServer({ lifeMs: 4_000 })
  await using options = server.open()
  for (let use = 0; use < 9; use++) {
    await options.get()
    server.state.now += 200
    await waitForRenewal()
  }
  expect(server.fixture.requests.length).toBe(1)
  server.state.now += 300
  await options.get()
  await waitUntil(() => server.fixture.requests.length === 2)
})

test('storage options without an expiry are not renewed, and may be empty', async () => {
  await using server = await startVendingServer()
  server.state.reply = { json: { location: 'file:///data/t', storage_options: null } }
  await using options = server.open()
  expect(await options.get()).toEqual({})
  server.state.now += 1e12
  expect(await options.get()).toEqual({})
  expect(server.fixture.requests.length).toBe(1)
})

test('StorageOptions.get throws the error of a failed renewal only after the current storage options have expired', async () => {
  await using server = await startVendingServer()
  await using options = server.open()
  await options.get()
  server.state.reply = errorReply(403, 15)
  server.state.now += 550_000
  expect(await getKeyId(options)).toBe('AK1')
  await waitForRenewal()
  expect(await getKeyId(options)).toBe('AK1')
  server.state.now += 60_000
  await expect(options.get()).rejects.toMatchObject({ code: 15 })
  server.state.reply = undefined
  server.state.now += 60_000
  expect(await getKeyId(options)).toBe('AK2')
})

test('a renewal fails when the server stops vending keys', async () => {
  await using server = await startVendingServer()
  await using options = server.open()
  await options.get()
  server.state.reply = { json: { location: LOCATION } }
  server.state.now += 700_000
  await expect(options.get()).rejects.toThrow(
    'the server returned no storage options, although it returned some before',
  )
})

test('a renewal fails when the table was recreated in another location', async () => {
  await using server = await startVendingServer()
  await using options = server.open({ location: 's3://lake/old', storage_options: server.keys(0) })
  await options.get()
  server.state.now += 700_000
  await expect(options.get()).rejects.toThrow('the table was recreated in another location')
})

test('StorageOptions.aws returns keys with their expiry, and renews them when the AWS SDK requests a refresh', async () => {
  await using server = await startVendingServer()
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
])(
  'StorageOptions.aws finds keys under every name that Lance accepts: %j',
  async (storage_options, expected) => {
    await using server = await startVendingServer()
    await using options = server.open({ storage_options })
    expect(await options.aws()).toEqual(expected)
  },
)

test('StorageOptions.aws refuses storage options without S3 access keys', async () => {
  await using server = await startVendingServer()
  await using options = server.open({ storage_options: { google_storage_token: 't' } })
  await expect(options.aws()).rejects.toMatchObject({ code: 'unsupported' })
})

test('an abort signal ends only the wait of its caller, and StorageOptions.get fails after the storage options are closed', async () => {
  await using server = await startVendingServer()
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
