import { describe, expect, it } from 'vitest'
import { KeyedMutex } from './keyed-mutex.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * Returns a function that creates tasks, each of which ends when the test releases it, and the names of all started
 * tasks.
 */
function tasks(): {
  started: string[]
  task(name: string): { run: () => Promise<string>; end: () => void; fail: (e: Error) => void }
} {
  const started: string[] = []
  return {
    started,
    task(name) {
      const { promise, resolve, reject } = Promise.withResolvers<string>()
      const run = (): Promise<string> => {
        started.push(name)
        return promise
      }
      return { run, end: () => resolve(name), fail: reject }
    },
  }
}

describe('KeyedMutex', () => {
  it('KeyedMutex runs tasks with the same key one after the other, in the order of their arrival', async () => {
    const { started, task } = tasks()
    const mutex = new KeyedMutex()
    const all = ['a', 'b', 'c'].map(task)
    const results = all.map(({ run }) => mutex.run('key', run))
    for (const [index, { end }] of all.entries()) {
      await tick()
      expect(started).toEqual(['a', 'b', 'c'].slice(0, index + 1))
      end()
    }
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c'])
  })

  it('KeyedMutex runs tasks with different keys at the same time', async () => {
    const { started, task } = tasks()
    const mutex = new KeyedMutex()
    void mutex.run('first', task('a').run)
    void mutex.run('second', task('b').run)
    await tick()
    expect(started).toEqual(['a', 'b'])
  })

  it('KeyedMutex runs the next task after a failed one', async () => {
    const { task } = tasks()
    const mutex = new KeyedMutex()
    const [failing, next] = [task('a'), task('b')]
    const results = [mutex.run('key', failing.run), mutex.run('key', next.run)]
    failing.fail(new Error('failed'))
    next.end()
    await expect(results[0]).rejects.toThrow('failed')
    await expect(results[1]).resolves.toBe('b')
  })

  it('KeyedMutex refuses a task when too many tasks with its key wait, and accepts a task after they end', async () => {
    const { task } = tasks()
    const mutex = new KeyedMutex(2)
    const both = [task('a'), task('b')]
    const results = both.map(({ run }) => mutex.run('key', run))
    await expect(mutex.run('key', task('c').run)).rejects.toMatchObject({ code: 'too-many-requests' })
    await expect(mutex.run('other', () => Promise.resolve('d'))).resolves.toBe('d')
    for (const { end } of both) end()
    await Promise.all(results)
    await expect(mutex.run('key', () => Promise.resolve('e'))).resolves.toBe('e')
  })
})
