import { catalogue, type ErrorCode, type ErrorKind } from './catalogue.ts'

export interface HeadgateErrorOptions extends ErrorOptions {
  /** Seconds after which the same request may be sent again; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Methods that the place would answer; becomes `Allow` (RFC 9110 section 15.5.6). */
  readonly allow?: readonly string[]
}

/**
 * An error that a caller may be told: its message says what to do and holds no secret, stack or SQL.
 *
 * @example
 * ```ts
 * throw new HeadgateError('no-such-table', 'Table does not exist: sales.orders')
 * ```
 */
export class HeadgateError extends Error {
  override readonly name = 'HeadgateError'
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined
  readonly allow: readonly string[] | undefined

  constructor(code: ErrorCode, message: string, options: HeadgateErrorOptions = {}) {
    super(message, options)
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
    this.allow = options.allow
  }

  /** HTTP status and the protocols' names of this error. */
  get kind(): ErrorKind {
    return catalogue[this.code]
  }
}

/** True for an error of ours, also one from another copy of this package: the code decides, not the class. */
export function isHeadgateError(error: unknown, code?: ErrorCode): error is HeadgateError {
  if (!(error instanceof Error) || error.name !== 'HeadgateError' || !('code' in error)) return false
  return code === undefined ? Object.hasOwn(catalogue, String(error.code)) : error.code === code
}
