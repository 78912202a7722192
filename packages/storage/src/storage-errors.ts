import { HeadgateError, isHeadgateError } from '@headgate/errors'

/**
 * Effect of a failed write. `not-written`: the write certainly had no effect. `unknown`: the store may have written
 * the object or may still write it. In this case, callers must treat the object as existing: they must not delete it,
 * and must not report a definite failure.
 */
export type WriteOutcome = 'not-written' | 'unknown'

/**
 * Error for a write that failed for a temporary reason (`unavailable`). States whether the store may have written the
 * object.
 */
export class StorageWriteError extends HeadgateError {
  readonly outcome: WriteOutcome

  constructor(outcome: WriteOutcome, message: string, options: ErrorOptions = {}) {
    super('unavailable', message, options)
    this.outcome = outcome
  }
}

/**
 * Returns whether the write that threw `error` may have written the object. The server then responds to the commit
 * that the state of the commit is unknown.
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
