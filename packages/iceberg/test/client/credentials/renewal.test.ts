import { expect, test } from 'vitest'
import { withHeaders } from '@headgate/http'
import { eventually, problem } from '../catalog.ts'
import { ManualClock } from '../manual-clock.ts'
import type { Reply } from '../scripted-server.ts'
import { MINUTE, HOUR, path, list, gone, tokenOf, start, settled, type Vended } from './vending.ts'

test('keys that came with the table are used, and nothing is asked, until they are due', async () => {
  const clock = new ManualClock()
  const expiresAt = clock.time + HOUR
  await using it = await start(clock, { first: [{ key: 'A', expiresAt }], answer: () => gone })
  clock.pass(53 * MINUTE)
  expect(await it.keys()).toEqual({
    accessKeyId: 'A',
    secretAccessKey: 'secret of A',
    sessionToken: 'session of A',
    expiration: new Date(expiresAt),
  })
  expect(it.seen).toEqual([])
})

test('a job outlives twenty lives of its keys at a server whose tokens work once', async () => {
  const clock = new ManualClock()
  let minted = 0
  await using it = await start(clock, {
    first: [{ key: 'K0', expiresAt: clock.time + HOUR, token: 'T0' }],
    staged: true,
    answer: (seen) => {
      if (tokenOf(seen) !== `T${minted}`) return gone
      minted++
      return list({ key: `K${minted}`, expiresAt: clock.time + HOUR, token: `T${minted}` })
    },
  })
  for (let minute = 0; minute < 20 * 60; minute++) {
    const { expiration } = await it.keys()
    expect(expiration?.getTime()).toBeGreaterThan(clock.time)
    clock.pass(MINUTE)
    await settled(it)
  }
  expect(minted).toBeGreaterThanOrEqual(21)
  expect(minted).toBeLessThanOrEqual(24)
  expect(it.seen.length).toBe(minted)
})

test('while keys last, callers do not wait for others; in the last minute they do', async () => {
  const clock = new ManualClock()
  const { promise, resolve } = Promise.withResolvers<Reply>()
  await using it = await start(clock, {
    first: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
    answer: () => promise,
  })
  clock.pass(55 * MINUTE)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
  await eventually(() => it.seen.length === 1)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
  clock.pass(4.5 * MINUTE)
  const waiting = it.keys()
  resolve(list({ key: 'B', expiresAt: clock.time + HOUR }))
  expect(await waiting).toMatchObject({ accessKeyId: 'B' })
  expect(it.targets()).toEqual([`${path}/credentials?storageRefreshToken=T`])
})

test('any number of callers at once cost one request', async () => {
  const clock = new ManualClock()
  await using it = await start(clock, { answer: () => list({ key: 'A', expiresAt: clock.time + HOUR }) })
  const all = await Promise.all(Array.from({ length: 2_000 }, () => it.keys()))
  expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(['A']))
  expect(it.targets()).toEqual([`${path}/credentials`])
})

test('failures are nobody’s concern while the old keys last, and attempts become rarer', async () => {
  const clock = new ManualClock()
  let healthy = false
  await using it = await start(clock, {
    first: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
    answer: () =>
      healthy ? list({ key: 'B', expiresAt: clock.time + HOUR }) : problem(400, 'BadRequestException'),
  })
  clock.pass(54 * MINUTE)
  let attempts = 0
  for (let second = 0; second < 5 * 60; second++) {
    expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
    await settled(it)
    clock.pass(1_000)
  }
  attempts = it.targets().filter((target) => target.includes('storageRefreshToken')).length
  expect(attempts).toBeGreaterThan(7)
  expect(attempts).toBeLessThan(20)
  clock.pass(MINUTE)
  await expect(it.keys()).rejects.toMatchObject({ name: 'StorageCredentialsError' })
  const count = it.seen.length
  for (let n = 0; n < 50; n++)
    await expect(it.keys()).rejects.toMatchObject({ name: 'StorageCredentialsError' })
  expect(it.seen.length).toBe(count)
  healthy = true
  clock.pass(MINUTE)
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
})

test.each([401, 403, 419, 429, 503])(
  '%i speaks for all ways, and old keys are used to their end',
  async (status) => {
    const clock = new ManualClock()
    await using it = await start(clock, {
      first: [{ key: 'A', expiresAt: clock.time + HOUR, token: 'T' }],
      answer: () => ({ ...problem(status, 'X'), headers: { 'retry-after': '90' } }),
    })
    clock.pass(59.5 * MINUTE)
    expect(await it.keys()).toMatchObject({ accessKeyId: 'A' })
    expect(it.targets()).toEqual([`${path}/credentials?storageRefreshToken=T`])
    clock.pass(MINUTE)
    await expect(it.keys()).rejects.toMatchObject({ status, retryAfterSeconds: 90 })
    expect(it.seen.length).toBe(1)
  },
)

test('a server that gives the same keys again and again is not asked in a loop', async () => {
  const clock = new ManualClock()
  const same = { key: 'A', expiresAt: clock.time + HOUR, token: 'T' }
  await using it = await start(clock, { first: [same], answer: () => list(same) })
  clock.pass(50 * MINUTE)
  for (let tick = 0; clock.time < same.expiresAt; tick++) {
    await it.keys()
    if (tick % 20 === 0) await settled(it)
    clock.pass(500)
  }
  expect(it.seen.length).toBeLessThan(30)
})

test('keys that live for 20 seconds are renewed in time, some three times a minute', async () => {
  const clock = new ManualClock()
  let minted = 0
  const mint = (): Vended => ({ key: `K${minted++}`, expiresAt: clock.time + 20_000, token: 'T' })
  await using it = await start(clock, { first: [mint()], answer: () => list(mint()) })
  for (let second = 0; second < 300; second++) {
    expect((await it.keys()).expiration?.getTime()).toBeGreaterThan(clock.time)
    await settled(it)
    clock.pass(1_000)
  }
  expect(it.seen.length).toBeGreaterThan(15)
  expect(it.seen.length).toBeLessThan(45)
})

test('keys that storage refused are replaced on demand, though not in a loop', async () => {
  const clock = new ManualClock()
  let minted = 0
  const mint = (): Vended => ({ key: `K${minted++}`, expiresAt: clock.time + HOUR, token: 'T' })
  await using it = await start(clock, { first: [mint()], answer: () => list(mint()) })
  expect(await it.keys({ forceRefresh: true })).toMatchObject({ accessKeyId: 'K1' })
  for (let n = 0; n < 50; n++)
    expect(await it.keys({ forceRefresh: true })).toMatchObject({ accessKeyId: 'K1' })
  clock.pass(10_000)
  expect(await it.keys({ forceRefresh: true })).toMatchObject({ accessKeyId: 'K2' })
})

test('a bearer token that ends in between is renewed once for the request', async () => {
  const clock = new ManualClock()
  let valid = 'one'
  let token = 'one'
  await using it = await start(clock, {
    first: [{ key: 'A', expiresAt: clock.time, token: 'T' }],
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
    answer: ({ headers }) =>
      headers['authorization'] === `Bearer ${valid}`
        ? list({ key: 'B', expiresAt: clock.time + HOUR })
        : problem(401, 'NotAuthorizedException'),
  })
  valid = 'two'
  expect(await it.keys()).toMatchObject({ accessKeyId: 'B' })
  expect(it.seen.map(({ headers }) => headers['authorization'])).toEqual(['Bearer one', 'Bearer two'])
})

test('the signal of one caller ends its waiting and nobody else’s', async () => {
  const clock = new ManualClock()
  const { promise, resolve } = Promise.withResolvers<Reply>()
  await using it = await start(clock, { answer: () => promise })
  const controller = new AbortController()
  const leaving = it.keys({ signal: controller.signal })
  const staying = it.keys()
  await eventually(() => it.seen.length === 1)
  controller.abort(new Error('enough'))
  await expect(leaving).rejects.toThrow('enough')
  resolve(list({ key: 'A', expiresAt: clock.time + HOUR }))
  expect(await staying).toMatchObject({ accessKeyId: 'A' })
  await expect(it.keys({ signal: controller.signal })).rejects.toThrow('enough')
})

test('after disposal there are no keys, and a request under way ends', async () => {
  const { promise } = Promise.withResolvers<Reply>()
  await using it = await start(new ManualClock(), { answer: () => promise })
  const waiting = it.keys()
  await eventually(() => it.seen.length === 1)
  await it.keys[Symbol.asyncDispose]()
  await expect(waiting).rejects.toThrow('disposed')
  await expect(it.keys()).rejects.toThrow('disposed')
})
