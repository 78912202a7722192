import { setTimeout as sleep } from 'node:timers/promises'
import { HeadgateError } from '@headgate/errors'
import type { Policy } from '../access/policy.ts'
import { Stale } from '../catalog/stale.ts'
import type { Answer, Operation } from './operation.ts'
import type { RequestCall } from './request-call.ts'

const attempts = 12

/**
 * Runs an operation, again when the world moved under it: it looks anew, is decided anew by the policy of then, and
 * nothing was written before.
 *
 * @throws HeadgateError `commit-failed` when it loses every time: certainly nothing was committed
 */
export async function rerunStale(
  call: RequestCall,
  operation: Operation,
  currentPolicy: () => Promise<Policy>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation.handle(call)
    } catch (error) {
      if (!(error instanceof Stale)) throw error
      if (attempt === attempts) {
        throw new HeadgateError(
          'commit-failed',
          'Too many others change this at the same time and nothing was committed: try again.',
          { cause: error },
        )
      }
      await sleep(Math.random() * Math.min(5 * 2 ** attempt, 500))
      call.policy = await currentPolicy()
    }
  }
}
