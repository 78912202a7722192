import { expect, test } from 'vitest'
import { Joined } from './joined.ts'

test('whoever asks while a read is under way shares the next one, which begins after they asked', async () => {
  const joined = new Joined<number>()
  let value = 1
  let reads = 0
  const held = Promise.withResolvers<void>()
  const load = async (): Promise<number> => {
    reads += 1
    const read = value
    await held.promise
    return read
  }
  const first = joined.read('a', load)
  value = 2
  const others = Array.from({ length: 100 }, () => joined.read('a', load))
  const elsewhere = joined.read('b', load)
  held.resolve()
  expect(await first).toBe(1)
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]))
  expect(await elsewhere).toBe(2)
  expect(reads).toBe(3)
})

test('a failure is for those who waited for it; the next read is made', async () => {
  const joined = new Joined<string>()
  const failing = joined.read('a', () => Promise.reject(new Error('away')))
  const next = joined.read('a', () => Promise.resolve('back'))
  await expect(failing).rejects.toThrow('away')
  await expect(next).resolves.toBe('back')
  await expect(joined.read('a', () => Promise.resolve('again'))).resolves.toBe('again')
})
