import { NotApplicable } from '../lib/outcome.ts'
import type { Check as AnyCheck, CheckResult as AnyResult } from '../lib/run-checks.ts'
import type { Fixture } from './fixture.ts'

/** Check of one required behavior of the protocol extension for refreshing storage credentials. */
export type Check = AnyCheck<Fixture>

export type Outcome = 'not applicable'
export type CheckResult = AnyResult<Outcome>

/** Returns the outcome that an error of a check stands for, or undefined if the error is a failure. */
export const toOutcome = (error: unknown): Outcome | undefined =>
  error instanceof NotApplicable ? 'not applicable' : undefined
