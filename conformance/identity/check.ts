import type { Check as AnyCheck, CheckResult as AnyResult } from '../lib/run-checks.ts'
import type { Fixture } from './fixture.ts'

/** Check of one required behavior, which belongs to a row of the table of identity features. */
export interface Check extends AnyCheck<Fixture> {
  /** Row of the feature table: `S1` to `S26`. */
  readonly row: string
}

/**
 * Outcome of a check that did not run. `not offered`: the server states or shows that it lacks the feature. `not
 * checked`: a prerequisite of the check is missing.
 */
export type Outcome = 'not offered' | 'not checked'

export interface CheckResult extends AnyResult<Outcome> {
  readonly row: string
}

class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

class NotChecked extends Error {
  override readonly name = 'NotChecked'
}

export function notOffered(reason: string): never {
  throw new NotOffered(reason)
}

/**
 * Ends a check whose prerequisite is missing, with the outcome `not checked`.
 *
 * @param needs the missing prerequisite
 */
export function notChecked(needs: string): never {
  throw new NotChecked(`needs ${needs}`)
}

/** Returns the outcome that an error of a check stands for, or undefined if the error is a failure. */
export function toOutcome(error: unknown): Outcome | undefined {
  if (error instanceof NotChecked) return 'not checked'
  return error instanceof NotOffered ? 'not offered' : undefined
}
