import { HeadgateError, isHeadgateError } from '@headgate/errors'

/**
 * `not-written`: it is certain that the write had no effect. `unknown`: it may have happened or may still happen, so
 * the object must be treated as existing (never deleted, never reported as a definite failure).
 */
export type WriteOutcome = 'not-written' | 'unknown'

/** A write that failed for a temporary reason (`unavailable`), with its known effect. */
export class StorageWriteError extends HeadgateError {
  readonly outcome: WriteOutcome

  constructor(outcome: WriteOutcome, message: string, options: ErrorOptions = {}) {
    super('unavailable', message, options)
    this.outcome = outcome
  }
}

/**
 * Returns whether the write that threw `error` may have happened. A commit with such an error is answered with an
 * unknown state.
 *
 * @example
 * ```ts
 * try {
 *   await storage.put(location, bytes, { ifAbsent: true })
 * } catch (error) {
 *   if (isOutcomeUnknown(error)) throw new HeadgateError('commit-state-unknown', '…', { cause: error })
 *   throw error
 * }
 * ```
 */
export function isOutcomeUnknown(error: unknown): error is StorageWriteError {
  return isHeadgateError(error, 'unavailable') && 'outcome' in error && error.outcome === 'unknown'
}

export function noSuchFile(location: string, cause?: unknown): HeadgateError {
  return new HeadgateError('no-such-file', `File does not exist: ${location}`, { cause })
}

export function preconditionFailed(location: string, why: string, cause?: unknown): HeadgateError {
  return new HeadgateError('precondition-failed', `The object was not written, because ${why}: ${location}`, {
    cause,
  })
}

export function noSuchUpload(location: string, cause?: unknown): HeadgateError {
  return new HeadgateError('no-such-upload', `Upload does not exist or has ended: ${location}`, { cause })
}

/** Returns the `code` of a system or network error, or an empty text if it has none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
