import { HeadgateError, isHeadgateError } from '@headgate/errors'

/**
 * `not-written`: it is certain that the write had no effect. `unknown`: it may have happened, or may still happen, so
 * the object must be treated as possibly there (never deleted, never reported as a definite failure).
 */
export type WriteOutcome = 'not-written' | 'unknown'

/** A write that failed for a reason that may pass (`unavailable`), and what is known about its effect. */
export class StorageWriteError extends HeadgateError {
  readonly outcome: WriteOutcome

  constructor(outcome: WriteOutcome, message: string, options: ErrorOptions = {}) {
    super('unavailable', message, options)
    this.outcome = outcome
  }
}

/**
 * True when the write that threw `error` may have happened all the same. A commit whose write ended so is answered as
 * an unknown state.
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
  return new HeadgateError('precondition-failed', `Not written, ${why}: ${location}`, { cause })
}

export function noSuchUpload(location: string, cause?: unknown): HeadgateError {
  return new HeadgateError('no-such-upload', `Upload does not exist or has ended: ${location}`, { cause })
}

/** What `code` an errno or network error carries; empty when it carries none. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
