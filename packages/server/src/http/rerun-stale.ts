import { setTimeout as sleep } from 'node:timers/promises'
import { HeadgateError } from '@headgate/errors'
import type { Policy } from '../access/policy.ts'
import { Stale } from '../catalog/stale.ts'
import type { Answer, Operation } from './operation.ts'
import type { RequestCall } from './request-call.ts'
import type { Turns } from './turns.ts'

const maxAttempts = 12

/** What running an operation again needs. */
export interface Rerun {
  /** The caller's policy as it is in the store now. */
  currentPolicy(): Promise<Policy>
  /** For operations that take turns. */
  readonly turns: Turns
}

/**
 * Runs an operation, again when the world moved under it: it looks anew, is decided anew by the policy of then, and
 * nothing was written before. Those that take turns would stand in each other's way every time, were they run again
 * together: only who comes for the first time, or through another replica, is in theirs.
 *
 * @throws HeadgateError `commit-failed` when it loses every time: certainly nothing was committed
 */
export async function rerunStale(call: RequestCall, operation: Operation, rerun: Rerun): Promise<Answer> {
  if (operation.takesTurns !== true) return attempts(call, operation, rerun)
  try {
    return await operation.handle(call)
  } catch (error) {
    if (!(error instanceof Stale)) throw error
    return rerun.turns.next(async () => {
      call.policy = await rerun.currentPolicy()
      return attempts(call, operation, rerun)
    })
  }
}

async function attempts(call: RequestCall, operation: Operation, { currentPolicy }: Rerun): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation.handle(call)
    } catch (error) {
      if (!(error instanceof Stale)) throw error
      if (attempt === maxAttempts) {
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
