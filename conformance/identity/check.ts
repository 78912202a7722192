import type { Check as AnyCheck, CheckResult as AnyResult } from '../lib/run-checks.ts'
import type { Fixture } from './fixture.ts'

/** A check of one promise, which belongs to a row of the table of identity features. */
export interface Check extends AnyCheck<Fixture> {
  /** `S1` to `S26`. */
  readonly row: string
}

/**
 * `not offered`: the server reports or shows that it does not have the feature. `not checked`: a prerequisite of the
 * check is missing.
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

/** @param needs the missing prerequisite */
export function notChecked(needs: string): never {
  throw new NotChecked(`needs ${needs}`)
}

/** Returns the outcome that an error of a check represents, or undefined for a failure. */
export function toOutcome(error: unknown): Outcome | undefined {
  if (error instanceof NotChecked) return 'not checked'
  return error instanceof NotOffered ? 'not offered' : undefined
}
