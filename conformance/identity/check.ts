import type { Check as AnyCheck, CheckResult as AnyResult } from '../lib/run-checks.ts'
import type { World } from './world.ts'

/** One promise about a row of the table of features. */
export interface Check extends AnyCheck<World> {
  /** `S1` to `S26`. */
  readonly row: string
}

/** `not offered`: the server says, or shows, that it has no such thing. `not checked`: what it takes to look is missing. */
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

/** @param needs what it would take */
export function notChecked(needs: string): never {
  throw new NotChecked(`needs ${needs}`)
}

/** What an error of a check stands for, if it is not a failure. */
export function outcomeOf(error: unknown): Outcome | undefined {
  if (error instanceof NotChecked) return 'not checked'
  return error instanceof NotOffered ? 'not offered' : undefined
}
