import { HeadgateError } from '@headgate/errors'

// What is thrown when input is wrong, and where it stands in the document. What reads a value does not know its place:
// what called it does, and adds its step to the error on the way out. Good input pays nothing for that.

/** Characters of a place that are shown. */
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
 * What is thrown for anything a client got wrong: bad-request.
 *
 * @param message what it says when nobody knows the place
 * @param reason what it says behind the place: `Invalid updates[3].action: …`
 */
export function invalid(message: string, reason: string = message, cause?: unknown): HeadgateError {
  return new FieldError(message, reason, '', cause)
}

/** The error to throw in place of one that came out of `step`: a member, or `[index]`. */
export function within(step: string, error: unknown): unknown {
  if (!(error instanceof FieldError) || step === '') return error
  const { path, reason, cause } = error
  const joined = path === '' || path.startsWith('[') ? step + path : `${step}.${path}`
  const whole = joined.length > LONGEST ? `${joined.slice(0, LONGEST)}…` : joined
  return new FieldError(`Invalid ${whole}: ${reason}`, reason, whole, cause)
}
