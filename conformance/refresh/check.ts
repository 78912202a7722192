import { NotApplicable } from '../lib/outcome.ts'
import type { Check as AnyCheck, CheckResult as AnyResult } from '../lib/run-checks.ts'
import type { World } from './world.ts'

/** One promise of the extension. */
export type Check = AnyCheck<World>

export type Outcome = 'not applicable'
export type CheckResult = AnyResult<Outcome>

/** What an error of a check stands for, if it is not a failure. */
export const outcomeOf = (error: unknown): Outcome | undefined =>
  error instanceof NotApplicable ? 'not applicable' : undefined
