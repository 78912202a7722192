import { catalogue, type ErrorCode, type ErrorKind } from './catalogue.ts'

/** Cause and response headers of a {@link HeadgateError}. */
export interface HeadgateErrorOptions extends ErrorOptions {
  /** Time in seconds after which the client may send the request again. Sent as header `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Methods that the resource supports. Sent as header `Allow` (RFC 9110, section 15.5.6). */
  readonly allow?: readonly string[]
}

/**
 * Error whose message may be shown to the caller. The message states what was refused and what to do, and contains no
 * secret, stack trace or SQL.
 *
 * @example
 * ```ts
 * const error = new HeadgateError('no-such-table', 'Table does not exist: sales.orders')
 * error.kind.status // 404
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

  /** Returns the HTTP status of this error, and its type in each protocol. */
  get kind(): ErrorKind {
    return catalogue[this.code]
  }
}

/**
 * Returns whether a value is a `HeadgateError`. If `code` is passed, the error must also have this code. Compares the
 * name and the code instead of the class, so that errors of another copy of this package are recognized.
 *
 * @example
 * ```ts
 * isHeadgateError(new HeadgateError('conflict', 'The table changed'), 'conflict') // true
 * ```
 */
export function isHeadgateError(error: unknown, code?: ErrorCode): error is HeadgateError {
  if (!(error instanceof Error) || error.name !== 'HeadgateError' || !('code' in error)) return false
  return code === undefined ? Object.hasOwn(catalogue, String(error.code)) : error.code === code
}
