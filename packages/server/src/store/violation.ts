import { DatabaseError } from 'pg'

/**
 * Returns whether an error reports the violation of an integrity constraint (SQLSTATE class 23: unique, foreign key,
 * check, not null). With `constraint`, returns true only for the constraint with this name.
 *
 * @example
 * ```ts
 * if (isViolation(error, 'warehouse_name_key')) throw new HeadgateError('already-exists', …)
 * ```
 */
export function isViolation(error: unknown, constraint?: string): error is DatabaseError {
  if (!(error instanceof DatabaseError) || error.code?.startsWith('23') !== true) return false
  return constraint === undefined || error.constraint === constraint
}

/** Returns whether PostgreSQL reported an error for a statement, so that the statement changed nothing. */
export function isRefused(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code !== undefined
}
