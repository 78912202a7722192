import { expect, test } from 'vitest'
import { SingleFlight } from './single-flight.ts'

test('whoever asks while a read is under way shares the next one, which begins after they asked', async () => {
  const joined = new SingleFlight<number>()
  let value = 1
  let reads = 0
  const held = Promise.withResolvers<void>()
  const load = async (): Promise<number> => {
    reads += 1
    const read = value
    await held.promise
    return read
  }
  const first = joined.joinNext('a', load)
  value = 2
  const others = Array.from({ length: 100 }, () => joined.joinNext('a', load))
  const elsewhere = joined.joinNext('b', load)
  held.resolve()
  expect(await first).toBe(1)
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]))
  expect(await elsewhere).toBe(2)
  expect(reads).toBe(3)
})

test('a failure is for those who waited for it; the next read is made', async () => {
  const joined = new SingleFlight<string>()
  const failing = joined.joinNext('a', () => Promise.reject(new Error('away')))
  const next = joined.joinNext('a', () => Promise.resolve('back'))
  await expect(failing).rejects.toThrow('away')
  await expect(next).resolves.toBe('back')
  await expect(joined.joinNext('a', () => Promise.resolve('again'))).resolves.toBe('again')
})
