import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { GarbageCollection } from './garbage-collection.ts'

test('several requests within the idle time cause one garbage collection, after the last request', async () => {
  const collected: number[] = []
  const collection = new GarbageCollection({ idleMs: 100, collect: () => collected.push(performance.now()) })
  collection.request()
  await sleep(60)
  const lastAt = performance.now()
  collection.request()
  await expect.poll(() => collected.length).toBe(1)
  expect((collected[0] ?? 0) - lastAt).toBeGreaterThan(95)
  await sleep(150)
  expect(collected).toHaveLength(1)
  collection.request()
  await expect.poll(() => collected.length).toBe(2)
})

test('a garbage collection frees objects that nothing references', async () => {
  const freed: string[] = []
  const registry = new FinalizationRegistry<string>((name) => freed.push(name))
  ;(() => {
    registry.register({}, 'object')
  })()
  new GarbageCollection({ idleMs: 1 }).request()
  await expect.poll(() => freed).toEqual(['object'])
})
