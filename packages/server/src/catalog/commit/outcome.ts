import { type HeadgateError, isHeadgateError } from '@headgate/errors'

/** Result of one attempt to commit a change to the database. */
export type Outcome<T> =
  | { readonly type: 'done'; readonly value: T }
  /** Nothing was written: a row or the policy changed after the attempt read it. A new attempt may succeed. */
  | { readonly type: 'moved' }
  /** The change was certainly not written to the database. */
  | { readonly type: 'refused'; readonly error: unknown }
  /** The change may have been written: the response of the database was lost. */
  | { readonly type: 'unknown'; readonly error: HeadgateError }

export const moved = { type: 'moved' } as const

/** Returns the outcome of an attempt that succeeded. */
export function done<T>(value: T): Outcome<T> {
  return { type: 'done', value }
}

/** Runs one step of an attempt. Converts an exception to the outcome `refused` or `unknown`. */
export async function settle<T>(step: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await step()
  } catch (error) {
    return isHeadgateError(error, 'commit-state-unknown')
      ? { type: 'unknown', error }
      : { type: 'refused', error }
  }
}

/** Converts the value of a successful attempt with `encode`. Other outcomes are not changed. */
export async function mapDone<T, U>(
  outcome: Outcome<T>,
  encode: (value: T) => U | Promise<U>,
): Promise<Outcome<U>> {
  return outcome.type === 'done' ? done(await encode(outcome.value)) : outcome
}
