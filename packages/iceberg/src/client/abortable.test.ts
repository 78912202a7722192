import { expect, test } from 'vitest'
import { abortable } from './abortable.ts'

const { promise: never } = Promise.withResolvers<string>()

test('a signal ends the waiting, also one that was aborted before', async () => {
  const controller = new AbortController()
  const waiting = abortable(never, controller.signal)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await expect(abortable(never, controller.signal)).rejects.toThrow('enough')
})

test('without an abort it is the promise itself that counts', async () => {
  const { signal } = new AbortController()
  expect(await abortable(Promise.resolve('a'), signal)).toBe('a')
  expect(await abortable(Promise.resolve('a'), undefined)).toBe('a')
  await expect(abortable(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
})
