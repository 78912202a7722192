import { HeadgateError } from '@headgate/errors'
import { DatabaseError } from 'pg'

/** How far a statement had come when it failed. */
export type Stage =
  /** Nothing was sent, or only things that a lost connection takes back. */
  | 'before-effect'
  /** A change may have been committed: a statement of its own that writes, or COMMIT. */
  | 'may-have-effect'

const RETRY_AFTER_SECONDS = 1

/**
 * Turns what went wrong with the connection or the server into an error that callers may be told. PostgreSQL's answers
 * about the statement itself (a violation, say) come back as they are.
 */
export function explain(error: unknown, stage: Stage): unknown {
  if (error instanceof HeadgateError) return error
  if (!isConnectionFailure(error)) {
    return error instanceof DatabaseError && error.code === '57014'
      ? unavailable('The database took longer than allowed; try again.', error)
      : error
  }
  // It answered, and said that it did nothing.
  const refused = error instanceof DatabaseError && /^(53|25)/.test(error.code ?? '')
  if (stage === 'before-effect' || refused)
    return unavailable('The database cannot be reached; try again.', error)
  const message =
    'The connection to the database was lost while a change was being made: it may have happened or not.'
  return new HeadgateError('commit-state-unknown', message, { cause: error })
}

/** True when the connection is of no use any more, whatever the statement. */
export function isConnectionFailure(error: unknown): boolean {
  // 08 connection exception, 57P shutdown and the like, 53 out of connections, memory or disk, 25006 a server that only
  // reads (the primary before a fail-over), 25P03 and 25P04 a transaction that was open for too long.
  if (error instanceof DatabaseError) return /^(08...|57P..|53...|25006|25P0[34])$/.test(error.code ?? '')
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false
  // The system's errors carry a code (ECONNRESET …), the driver's only a text.
  return ('code' in error && typeof error.code === 'string') || DRIVER_TEXT.test(error.message)
}

const DRIVER_TEXT =
  /^(Connection terminated|Client (was|has)|Cannot use a pool|Query read timeout|timeout e|Received unexpected|The server does not|There was an error est)/

/** Returns whether the server refused a change because it is a standby, or read-only. */
export function isReadOnly(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === '25006'
}

/** Two transactions stood in each other's way; nothing was changed, so the same work may be tried again. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01')
}

/** The server forgot a prepared statement, or the tables under it changed. The same text works on a new connection. */
export function isStalePlan(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return false
  // By the function that found it: messages are in the language of the server.
  return error.code === '26000' || (error.code === '0A000' && error.routine === 'RevalidateCachedQuery')
}

export function unavailable(message: string, cause?: unknown): HeadgateError {
  return new HeadgateError('unavailable', message, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause })
}
