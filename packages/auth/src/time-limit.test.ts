import { expect, test } from 'vitest'
import { pause, waitFor } from './time-limit.ts'

const { promise: never } = Promise.withResolvers<string>()

test('a signal ends the waiting, also one that was aborted before', async () => {
  const controller = new AbortController()
  const waiting = waitFor(never, controller.signal)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(waitFor(never, controller.signal)).rejects.toThrow('enough')
})

test('without an abort it is the promise itself that counts', async () => {
  const { signal } = new AbortController()
  expect(await waitFor(Promise.resolve('a'), signal)).toBe('a')
  expect(await waitFor(Promise.resolve('a'), undefined)).toBe('a')
  await expect(waitFor(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
})

test('what fails when nobody waits for it any more is no failure of the program', async () => {
  const late = Promise.withResolvers<string>()
  const signal = AbortSignal.abort(new Error('enough'))
  await expect(waitFor(late.promise, signal)).rejects.toThrow('enough')
  late.reject(new Error('nobody waits for this'))
  // The test run fails for what nobody caught.
  await pause(5)
})

test('a pause lasts as long as it says, or ends with its signal', async () => {
  const begin = performance.now()
  await pause(20)
  expect(performance.now() - begin).toBeGreaterThan(15)
  await expect(pause(60_000, AbortSignal.timeout(5))).rejects.toMatchObject({ name: 'TimeoutError' })
  await expect(pause(60_000, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
})
