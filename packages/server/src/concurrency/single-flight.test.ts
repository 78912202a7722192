import { expect, test } from 'vitest'
import { SingleFlight } from './single-flight.ts'

test('joinNext shares the read that starts after the call, and never joins an earlier read', async () => {
  const flight = new SingleFlight<number>()
  let value = 1
  let reads = 0
  const held = Promise.withResolvers<void>()
  const load = async (): Promise<number> => {
    reads += 1
    const read = value
    await held.promise
    return read
  }
  const first = flight.joinNext('a', load)
  value = 2
  const others = Array.from({ length: 100 }, () => flight.joinNext('a', load))
  const elsewhere = flight.joinNext('b', load)
  held.resolve()
  expect(await first).toBe(1)
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]))
  expect(await elsewhere).toBe(2)
  expect(reads).toBe(3)
})

test('joinNext starts the next read after a failed read', async () => {
  const flight = new SingleFlight<string>()
  const failing = flight.joinNext('a', () => Promise.reject(new Error('away')))
  const next = flight.joinNext('a', () => Promise.resolve('back'))
  await expect(failing).rejects.toThrow('away')
  await expect(next).resolves.toBe('back')
  await expect(flight.joinNext('a', () => Promise.resolve('again'))).resolves.toBe('again')
})

test('SingleFlight.join shares running work, and starts new work after the running work has ended', async () => {
  const flight = new SingleFlight<number>()
  let reads = 0
  const read = (): Promise<number> => Promise.resolve((reads += 1))
  expect(await Promise.all([flight.join('a', read), flight.join('a', read)])).toEqual([1, 1])
  expect(await flight.join('a', read)).toBe(2)
})

test('SingleFlight.join ends the wait of a caller whose signal aborts, and the work continues', async () => {
  const flight = new SingleFlight<number>()
  const { promise, resolve } = Promise.withResolvers<number>()
  const aborted = new AbortController()
  const waits = [flight.join('a', () => promise, aborted.signal), flight.join('a', () => promise)]
  aborted.abort(new Error('disconnected'))
  await expect(waits[0]).rejects.toThrow('disconnected')
  resolve(1)
  await expect(waits[1]).resolves.toBe(1)
})

test('SingleFlight.join starts new work after detach, and earlier callers receive the detached result', async () => {
  const flight = new SingleFlight<string>()
  const [old, current] = [Promise.withResolvers<string>(), Promise.withResolvers<string>()]
  const first = flight.join('a', () => old.promise)
  flight.detach()
  const second = flight.join('a', () => current.promise)
  old.resolve('old')
  expect(await first).toBe('old')
  const third = flight.join('a', () => Promise.resolve('third'))
  current.resolve('current')
  expect(await Promise.all([second, third])).toEqual(['current', 'current'])
})

test('SingleFlight.settled waits for running work that fails', async () => {
  const flight = new SingleFlight<string>()
  const { promise, reject } = Promise.withResolvers<string>()
  const work = flight.join('a', () => promise)
  let settled = false
  const wait = flight.settled().then(() => (settled = true))
  await new Promise((resolve) => setImmediate(resolve))
  expect(settled).toBe(false)
  reject(new Error('failed'))
  await expect(work).rejects.toThrow('failed')
  await wait
})
