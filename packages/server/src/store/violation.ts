import { DatabaseError } from 'pg'

/**
 * Returns whether an error reports an integrity constraint (SQLSTATE class 23: unique, foreign key, check, not null),
 * and, with `constraint`, the one of this name.
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

/** Returns whether PostgreSQL refused the statement itself. It had no effect. */
export function isRefused(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code !== undefined
}
