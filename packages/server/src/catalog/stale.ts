import { done, moved, type Outcome } from './commit/outcome.ts'

/**
 * Error of an attempt that wrote nothing, because a row or the policy changed after the attempt had read it.
 * The operation is attempted again; see `retryMoved`.
 */
export class Stale extends Error {
  override readonly name = 'Stale'
}

/** Runs an attempt and returns its outcome. Converts the error `Stale` to the outcome `moved`. */
export async function toOutcome<T>(attempt: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return done(await attempt())
  } catch (error) {
    if (error instanceof Stale) return moved
    throw error
  }
}

/** Returns the value of a successful outcome. Throws `Stale` for the outcome `moved`. */
export function valueOrStale<T>(outcome: Outcome<T>): T {
  switch (outcome.type) {
    case 'done':
      return outcome.value
    case 'moved':
      throw new Stale()
    default:
      throw outcome.error
  }
}
