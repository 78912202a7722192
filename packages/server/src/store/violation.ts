import { DatabaseError } from 'pg'

/**
 * Whether an error says that a statement would have broken an integrity constraint (SQLSTATE class 23: unique, foreign
 * key, check, not null), if given the one of this name.
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

/** Whether an error is PostgreSQL's own answer about what a statement asked for: nothing of it took effect. */
export function isRefused(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && error.code !== undefined
}
