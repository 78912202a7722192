import { HeadgateError } from '@headgate/errors'
import { describe, expect, it } from 'vitest'
import { Mutex } from '../../concurrency/mutex.ts'
import { done, moved, type Outcome } from './outcome.ts'
import { retryMoved } from './retry-moved.ts'

/**
 * Returns a caller that counts how often its policy is reloaded, and an attempt function that returns the
 * given outcomes one after the other. After the last outcome, it returns this outcome again.
 */
function attempts(...outcomes: readonly [Outcome<string>, ...Outcome<string>[]]) {
  const count = { attempts: 0, reloads: 0 }
  return {
    count,
    caller: {
      reloadPolicy: () => {
        count.reloads += 1
        return Promise.resolve()
      },
    },
    attempt: () => {
      const outcome = outcomes[Math.min(count.attempts, outcomes.length - 1)] ?? outcomes[0]
      count.attempts += 1
      return Promise.resolve(outcome)
    },
  }
}

describe('retryMoved', () => {
  it('retryMoved returns the value of the first attempt that succeeds', async () => {
    const { caller, attempt, count } = attempts(done('a'))
    expect(await retryMoved(caller, attempt)).toBe('a')
    expect(count).toEqual({ attempts: 1, reloads: 0 })
  })

  it('retryMoved reloads the policy before each repeated attempt', async () => {
    const { caller, attempt, count } = attempts(moved, moved, done('a'))
    expect(await retryMoved(caller, attempt)).toBe('a')
    expect(count).toEqual({ attempts: 3, reloads: 2 })
  })

  it.each(['refused', 'unknown'] as const)(
    'retryMoved throws the error of an attempt whose outcome is %s',
    async (type) => {
      const error = new HeadgateError('already-exists', 'taken')
      const { caller, attempt, count } = attempts(moved, { type, error })
      await expect(retryMoved(caller, attempt)).rejects.toBe(error)
      expect(count).toEqual({ attempts: 2, reloads: 1 })
    },
  )

  it('retryMoved throws commit-failed after 12 attempts whose table changed meanwhile', async () => {
    const { caller, attempt, count } = attempts(moved)
    await expect(retryMoved(caller, attempt)).rejects.toMatchObject({ code: 'commit-failed' })
    expect(count).toEqual({ attempts: 12, reloads: 11 })
  })

  it('retryMoved runs the repeated attempts of one queue one after the other', async () => {
    const queue = new Mutex()
    let isFirst = true
    let running = 0
    let overlaps = 0
    const change = async (): Promise<string> => {
      const { caller } = attempts(moved)
      let count = 0
      return await retryMoved(
        caller,
        async () => {
          count += 1
          if (count === 1) return moved
          running += 1
          overlaps += running > 1 ? 1 : 0
          await new Promise(setImmediate)
          running -= 1
          const outcome = isFirst ? moved : done('a')
          isFirst = false
          return outcome
        },
        queue,
      )
    }
    expect(await Promise.all([change(), change(), change()])).toEqual(['a', 'a', 'a'])
    expect(overlaps).toBe(0)
  })
})
