import { expect, test } from 'vitest'
import { Mutex } from './mutex.ts'

test('Mutex runs one task at a time, also after a task failed', async () => {
  const mutex = new Mutex()
  const started: string[] = []
  const { promise, reject } = Promise.withResolvers<void>()
  const first = mutex.run(async () => {
    started.push('first')
    await promise
  })
  const second = mutex.run(() => Promise.resolve(started.push('second')))
  await new Promise((resolve) => setImmediate(resolve))
  expect(started).toEqual(['first'])
  reject(new Error('failed'))
  await expect(first).rejects.toThrow('failed')
  await second
  expect(started).toEqual(['first', 'second'])
})
