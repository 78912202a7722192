import { expect, it } from 'vitest'
import { SessionCache } from './session-cache.ts'
import { catchMessage, testClock } from '../test/context.ts'

function openCache(options: { max?: number; idleMs?: number } = {}) {
  const clock = testClock()
  const closed: string[] = []
  let created = 0
  const cache = new SessionCache<AsyncDisposable & { name: string }>({ ...options, now: clock.now })
  const get = (name: string): Promise<{ name: string }> =>
    cache.get(name, async () => {
      created++
      return { name, [Symbol.asyncDispose]: async () => void closed.push(name) }
    })
  return { clock, closed, cache, get, created: () => created }
}

const settled = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 1))
}

it('SessionCache creates one session for each key', async () => {
  const { get, created } = openCache()
  const all = await Promise.all(Array.from({ length: 20 }, () => get('alice')))
  expect(new Set(all).size).toBe(1)
  await get('bob')
  expect(created()).toBe(2)
})

it('SessionCache closes the least recently used session above its limit', async () => {
  const { cache, closed, get } = openCache({ max: 2 })
  await get('a')
  await get('b')
  await get('a')
  await get('c')
  await settled()
  expect(closed).toEqual(['b'])
  expect(cache.size).toBe(2)
})

it('SessionCache closes an idle session', async () => {
  const { clock, closed, get } = openCache({ idleMs: 1_000 })
  await get('a')
  clock.advance(600)
  await get('b')
  clock.advance(600)
  await get('b')
  await settled()
  expect(closed).toEqual(['a'])
})

it('SessionCache does not cache a session whose creation failed', async () => {
  const cache = new SessionCache<AsyncDisposable>()
  const failing = cache.get('a', () => Promise.reject(new Error('no')))
  expect(await catchMessage(failing)).toBe('no')
  expect(cache.size).toBe(0)
})

it('SessionCache closes all sessions when it is closed', async () => {
  const { cache, closed, get } = openCache()
  await get('a')
  await get('b')
  await cache.delete('b')
  await cache[Symbol.asyncDispose]()
  expect(closed).toEqual(['b', 'a'])
})
