import { expect, test } from 'vitest'
import { withHeaders } from '@headgate/http'
import { waitUntil, errorResponse } from '../catalog.ts'
import { ManualClock } from '../manual-clock.ts'
import type { ScriptedResponse } from '../scripted-server.ts'
import {
  MINUTE,
  HOUR,
  path,
  listCredentials,
  unknownTokenResponse,
  findRefreshToken,
  startVending,
  waitUntilIdle,
  type VendedCredential,
} from './vending.ts'

test('the client uses the credentials of the loaded table without a request until their renewal is due', async () => {
  const clock = new ManualClock()
  const expiresAt = clock.time + HOUR
  await using it = await startVending(clock, {
    initial: [{ key: 'A', expiresAt }],
    respond: () => unknownTokenResponse,
  })
  clock.pass(53 * MINUTE)
  expect(await it.keys()).toEqual({
    accessKeyId: 'A',
    secretAccessKey: 'secret of A',
    sessionToken: 'session of A',
    expiration: new Date(expiresAt),
  })
  expect(it.requests).toEqual([])
})

test('a job receives valid credentials for 20 lifetimes when each refresh token is valid once', async () => {
  const clock = new ManualClock()
  let minted = 0
  await using it = await startVending(clock, {
    initial: [{ key: 'K0', expiresAt: clock.time + HOUR, token: 'T0' }],
    staged: true,
    respond: (request) => {
      if (findRefreshToken(request) !== `T${minted}`) return unknownTokenResponse
      minted++
      return listCredentials({ key: `K${minted}`, expiresAt: clock.time + HOUR, token: `T${minted}` })
    },
  })
  for (let minute = 0; minute < 20 * 60; minute++) {
    const { expiration } = await it.keys()
    expect(expiration?.getTime()).toBeGreaterThan(clock.time)
    clock.pass(MINUTE)
    await waitUntilIdle(it)
  }
  expect(minted).toBeGreaterThanOrEqual(21)
  expect(minted).toBeLessThanOrEqual(24)
  expect(it.requests.length).toBe(minted)
})

test('callers wait for a renewal only in the last minute of the current credentials', async () => {
  const clock = new ManualClock()
  const { promise, resolve } = Promise.withResolvers<ScriptedResponse>()
  await using it = await startVending(clock, {
    initial: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
    respond: () => promise,
  })
  clock.pass(55 * MINUTE)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
  await waitUntil(() => it.requests.length === 1)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
  clock.pass(4.5 * MINUTE)
  const waiting = it.keys()
  resolve(listCredentials({ key: 'B', expiresAt: clock.time + HOUR }))
  expect(await waiting).toMatchObject({ accessKeyId: 'B' })
  expect(it.targets()).toEqual([`${path}/credentials?storageRefreshToken=T`])
})

test('concurrent callers of storage credentials share one request', async () => {
  const clock = new ManualClock()
  await using it = await startVending(clock, {
    respond: () => listCredentials({ key: 'A', expiresAt: clock.time + HOUR }),
  })
  const all = await Promise.all(Array.from({ length: 2_000 }, () => it.keys()))
  expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['A']))
  expect(it.targets()).toEqual([`${path}/credentials`])
})

test('callers receive the current storage credentials while renewals fail, and the pauses between renewals grow', async () => {
  const clock = new ManualClock()
  let healthy = false
  await using it = await startVending(clock, {
    initial: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
    respond: () =>
      healthy
        ? listCredentials({ key: 'B', expiresAt: clock.time + HOUR })
        : errorResponse(400, 'BadRequestException'),
  })
  clock.pass(54 * MINUTE)
  let attempts = 0
  for (let second = 0; second < 5 * 60; second++) {
    expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
    await waitUntilIdle(it)
    clock.pass(1_000)
  }
  attempts = it.targets().filter((target) => target.includes('storageRefreshToken')).length
  expect(attempts).toBeGreaterThan(7)
  expect(attempts).toBeLessThan(20)
  clock.pass(MINUTE)
  await expect(it.keys()).rejects.toMatchObject({ name: 'StorageCredentialsError' })
  const count = it.requests.length
  for (let n = 0; n < 50; n++)
    await expect(it.keys()).rejects.toMatchObject({ name: 'StorageCredentialsError' })
  expect(it.requests.length).toBe(count)
  healthy = true
  clock.pass(MINUTE)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
})

test.each([401, 403, 419, 429, 503])(
  'after status %i of a renewal, the client tries no other source of credentials, and uses the current ones until they expire',
  async (status) => {
    const clock = new ManualClock()
    await using it = await startVending(clock, {
      initial: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
      respond: () => ({ ...errorResponse(status, 'X'), headers: { 'retry-after': '90' } }),
    })
    clock.pass(59.5 * MINUTE)
    expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
    expect(it.targets()).toEqual([`${path}/credentials?storageRefreshToken=T`])
    clock.pass(MINUTE)
    await expect(it.keys()).rejects.toMatchObject({ status, retryAfterSeconds: 90 })
    expect(it.requests.length).toBe(1)
  },
)

test('a server that returns the same credentials again does not cause a loop of requests', async () => {
  const clock = new ManualClock()
  const same = { key: 'A', expiresAt: clock.time + HOUR, token: 'T' }
  await using it = await startVending(clock, { initial: [same], respond: () => listCredentials(same) })
  clock.pass(50 * MINUTE)
  for (let tick = 0; clock.time < same.expiresAt; tick++) {
    await it.keys()
    if (tick % 20 === 0) await waitUntilIdle(it)
    clock.pass(500)
  }
  expect(it.requests.length).toBeLessThan(30)
})

test('credentials with a lifetime of 20 seconds are renewed in time, at most nine times a minute', async () => {
  const clock = new ManualClock()
  let minted = 0
  const mint = (): VendedCredential => ({ key: `K${minted++}`, expiresAt: clock.time + 20_000, token: 'T' })
  await using it = await startVending(clock, { initial: [mint()], respond: () => listCredentials(mint()) })
  for (let second = 0; second < 300; second++) {
    expect((await it.keys()).expiration?.getTime()).toBeGreaterThan(clock.time)
    await waitUntilIdle(it)
    clock.pass(1_000)
  }
  expect(it.requests.length).toBeGreaterThan(15)
  expect(it.requests.length).toBeLessThan(45)
})

test('forceRefresh renews valid credentials, but not more often than every 10 seconds', async () => {
  const clock = new ManualClock()
  let minted = 0
  const mint = (): VendedCredential => ({ key: `K${minted++}`, expiresAt: clock.time + HOUR, token: 'T' })
  await using it = await startVending(clock, { initial: [mint()], respond: () => listCredentials(mint()) })
  expect(await it.keys({ forceRefresh: true })).toMatchObject({ accessKeyId: 'K1' })
  for (let n = 0; n < 50; n++)
    expect(await it.keys({ forceRefresh: true })).toMatchObject({ accessKeyId: 'K1' })
  clock.pass(10_000)
  expect(await it.keys({ forceRefresh: true })).toMatchObject({ accessKeyId: 'K2' })
})

test('a renewal of storage credentials is repeated once with a new bearer token after a 401', async () => {
  const clock = new ManualClock()
  let valid = 'one'
  let token = 'one'
  await using it = await startVending(clock, {
    initial: [{ key: 'A', expiresAt: clock.time, token: 'T' }],
    auth: {
      authenticate: (request) => {
        const headers = withHeaders(request.headers, [['authorization', `Bearer ${token}`]])
        return Promise.resolve({ ...request, headers })
      },
      onResponse: ({ status }) => {
        token = valid
        return status === 401 ? 'retry' : undefined
      },
    },
    respond: ({ headers }) =>
      headers['authorization'] === `Bearer ${valid}`
        ? listCredentials({ key: 'B', expiresAt: clock.time + HOUR })
        : errorResponse(401, 'NotAuthorizedException'),
  })
  valid = 'two'
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
  expect(it.requests.map(({ headers }) => headers['authorization'])).toEqual(['Bearer one', 'Bearer two'])
})

test('the abort signal of one caller ends only the wait of this caller for storage credentials', async () => {
  const clock = new ManualClock()
  const { promise, resolve } = Promise.withResolvers<ScriptedResponse>()
  await using it = await startVending(clock, { respond: () => promise })
  const controller = new AbortController()
  const aborted = it.keys({ signal: controller.signal })
  const waiting = it.keys()
  await waitUntil(() => it.requests.length === 1)
  controller.abort(new Error('aborted by the test'))
  await expect(aborted).rejects.toThrow('aborted by the test')
  resolve(listCredentials({ key: 'A', expiresAt: clock.time + HOUR }))
  expect(await waiting).toMatchObject({ accessKeyId: 'A' })
  await expect(it.keys({ signal: controller.signal })).rejects.toThrow('aborted by the test')
})

test('the disposal of storage credentials cancels the active request and refuses later calls', async () => {
  const { promise } = Promise.withResolvers<ScriptedResponse>()
  await using it = await startVending(new ManualClock(), { respond: () => promise })
  const waiting = it.keys()
  await waitUntil(() => it.requests.length === 1)
  await it.keys[Symbol.asyncDispose]()
  await expect(waiting).rejects.toThrow('disposed')
  await expect(it.keys()).rejects.toThrow('disposed')
})
