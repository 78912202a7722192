import { done, moved, type Outcome } from './commit/outcome.ts'

/**
 * Error of an attempt that wrote nothing, because a row or the policy changed after it was read. The operation is
 * attempted again; see `retryMoved`.
 */
export class Stale extends Error {
  override readonly name = 'Stale'
}

/** Runs an attempt. If it throws `Stale`, returns the outcome `moved`. */
export async function toOutcome<T>(attempt: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return done(await attempt())
  } catch (error) {
    if (error instanceof Stale) return moved
    throw error
  }
}

/** Returns the value of an outcome. Throws `Stale` when it is `moved`. */
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
