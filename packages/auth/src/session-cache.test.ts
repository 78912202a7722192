import { expect, it } from 'vitest'
import { SessionCache } from './session-cache.ts'
import { messageOf, testClock } from '../test/context.ts'

function sessions(options: { max?: number; idleMs?: number } = {}) {
  const clock = testClock()
  const closed: string[] = []
  let made = 0
  const cache = new SessionCache<AsyncDisposable & { name: string }>({ ...options, now: clock.now })
  const get = (name: string): Promise<{ name: string }> =>
    cache.get(name, async () => {
      made++
      return { name, [Symbol.asyncDispose]: async () => void closed.push(name) }
    })
  return { clock, closed, cache, get, made: () => made }
}

const settled = async (): Promise<void> => {
  await new Promise((resolve) => setTimeout(resolve, 1))
}

it('a session is made once for each key', async () => {
  const { get, made } = sessions()
  const all = await Promise.all(Array.from({ length: 20 }, () => get('alice')))
  expect(new Set(all).size).toBe(1)
  await get('bob')
  expect(made()).toBe(2)
})

it('no more are kept than allowed: the one unused for longest is closed', async () => {
  const { cache, closed, get } = sessions({ max: 2 })
  await get('a')
  await get('b')
  await get('a')
  await get('c')
  await settled()
  expect(closed).toEqual(['b'])
  expect(cache.size).toBe(2)
})

it('an idle session is closed', async () => {
  const { clock, closed, get } = sessions({ idleMs: 1_000 })
  await get('a')
  clock.advance(600)
  await get('b')
  clock.advance(600)
  await get('b')
  await settled()
  expect(closed).toEqual(['a'])
})

it('what could not be made is made again by the next who asks', async () => {
  const cache = new SessionCache<AsyncDisposable>()
  const failing = cache.get('a', () => Promise.reject(new Error('no')))
  expect(await messageOf(failing)).toBe('no')
  expect(cache.size).toBe(0)
})

it('closing closes all', async () => {
  const { cache, closed, get } = sessions()
  await get('a')
  await get('b')
  await cache.delete('b')
  await cache[Symbol.asyncDispose]()
  expect(closed).toEqual(['b', 'a'])
})
