import { HeadgateError } from '@headgate/errors'

// Errors for wrong input contain the path to the wrong value. A decoder does not know the path of its value, so each
// calling decoder catches the error and prepends its step of the path. Paths are thus only built for wrong input.

/** Maximum number of characters of a path in an error message. */
const LONGEST = 200

class FieldError extends HeadgateError {
  readonly reason: string
  readonly path: string

  constructor(message: string, reason: string, path: string, cause?: unknown) {
    super('bad-request', message, cause === undefined ? {} : { cause })
    this.reason = reason
    this.path = path
  }
}

/**
 * Returns a `bad-request` error for wrong input of a client.
 *
 * @param message error message if no decoder prepends a path
 * @param reason text that follows the path in the error message: `Invalid updates[3].action: <reason>`
 */
export function invalid(message: string, reason: string = message, cause?: unknown): HeadgateError {
  return new FieldError(message, reason, '', cause)
}

/**
 * Returns a copy of the error with `step` (a member name or `[index]`) before its path. Returns other errors unchanged.
 */
export function prependPath(step: string, error: unknown): unknown {
  if (!(error instanceof FieldError) || step === '') return error
  const { path, reason, cause } = error
  const joined = path === '' || path.startsWith('[') ? step + path : `${step}.${path}`
  const whole = joined.length > LONGEST ? `${joined.slice(0, LONGEST)}…` : joined
  return new FieldError(`Invalid ${whole}: ${reason}`, reason, whole, cause)
}
