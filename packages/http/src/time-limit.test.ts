import { expect, test } from 'vitest'
import { pause, waitFor } from './time-limit.ts'

const { promise: never } = Promise.withResolvers<string>()

test('waitFor rejects when the signal is aborted, or if it was aborted before', async () => {
  const controller = new AbortController()
  const waiting = waitFor(never, controller.signal)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(waitFor(never, controller.signal)).rejects.toThrow('enough')
})

test('waitFor returns the value or throws the error of the promise', async () => {
  const { signal } = new AbortController()
  expect(await waitFor(Promise.resolve('a'), signal)).toBe('a')
  expect(await waitFor(Promise.resolve('a'), undefined)).toBe('a')
  await expect(waitFor(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
})

test('waitFor causes no unhandled rejection when the promise fails after the signal was aborted', async () => {
  const late = Promise.withResolvers<string>()
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(waitFor(late.promise, signal)).rejects.toThrow('enough')
  late.reject(new Error('late failure'))
  // The test waits here, because an unhandled rejection in this time would fail the test run.
  await pause(5)
})

test('pause lasts for its time, or until the signal is aborted', async () => {
  const begin = performance.now()
  await pause(20)
  expect(performance.now() - begin).toBeGreaterThan(15)
  await expect(pause(60_000, AbortSignal.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' })
  await expect(pause(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})
