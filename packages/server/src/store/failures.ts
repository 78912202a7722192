import { HeadgateError } from '@headgate/errors'
import { DatabaseError } from 'pg'

/** Whether a failed statement may have changed the database. */
export type Stage =
  /** The statement changed nothing: it was not sent, or PostgreSQL rolls it back when the connection is lost. */
  | 'before-effect'
  /** A change may have been committed: the statement is COMMIT, or a write outside of a transaction. */
  | 'may-have-effect'

const RETRY_AFTER_SECONDS = 1

/**
 * Converts an error of the connection or of the PostgreSQL server to a `HeadgateError`. Returns an error of the
 * statement itself, such as a violated constraint, unchanged.
 */
export function translateFailure(error: unknown, stage: Stage): unknown {
  if (error instanceof HeadgateError) return error
  if (!isConnectionFailure(error)) {
    return error instanceof DatabaseError && error.code === '57014'
      ? unavailable('The database did not finish a statement within its time limit; try again.', error)
      : error
  }
  // PostgreSQL responded with an error code that means that the statement changed nothing.
  const isRefused = error instanceof DatabaseError && /^(53|25)/.test(error.code ?? '')
  if (stage === 'before-effect' || isRefused)
    return unavailable('The database cannot be reached; try again.', error)
  const message =
    'The connection to the database was lost before it confirmed a change. The change may have been committed: check its result before you repeat it.'
  return new HeadgateError('commit-state-unknown', message, { cause: error })
}

/** Returns whether an error means that the connection cannot be used any more. */
export function isConnectionFailure(error: unknown): boolean {
  // SQLSTATE 08: connection exception. 57P: shutdown, start or dropped database. 53: no more connections, memory or
  // disk space. 25006: the server is read-only, such as a former primary after a failover. 25P03, 25P04: the
  // transaction was open for too long.
  if (error instanceof DatabaseError) return /^(08...|57P..|53...|25006|25P0[34])$/.test(error.code ?? '')
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false
  // Errors of the operating system have a code, such as ECONNRESET. Errors of the driver have only a message.
  return ('code' in error && typeof error.code === 'string') || DRIVER_ERROR.test(error.message)
}

const DRIVER_ERROR =
  /^(Connection terminated|Client (was|has)|Cannot use a pool|Query read timeout|timeout e|Received unexpected|The server does not|There was an error est)/

/** Returns whether the server refused a change because it is a standby, or read-only. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '25006'
}

/**
 * Returns whether PostgreSQL rolled a transaction back because of a conflict with a concurrent transaction, so that
 * the work can be retried.
 */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01')
}

/**
 * Returns whether a prepared statement failed because PostgreSQL no longer has the prepared statement, or because its
 * tables changed. The same statement succeeds on a new connection.
 */
export function isStalePlan(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false
  // Compares the name of the PostgreSQL routine that reported the error, because the language of the message depends
  // on the server.
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery')
}

/** Returns the error for a statement that certainly changed nothing. */
export function unavailable(message: string, cause?: unknown): HeadgateError {
  return new HeadgateError('unavailable', message, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause })
}
