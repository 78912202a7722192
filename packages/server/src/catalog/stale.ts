import { done, moved, type Outcome } from './commit/outcome.ts'

/**
 * Nothing was written, because a row changed after it was read: the relation was committed, renamed or dropped
 * by another request, or the policy changed. The operation runs again; see `retryMoved`.
 */
export class Stale extends Error {
  override readonly name = 'Stale'
}

/** Runs an attempt that throws `Stale` when a row or the policy moved. */
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
