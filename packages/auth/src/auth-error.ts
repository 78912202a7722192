import { HeadgateError } from '@headgate/errors'

/** Why authentication could not be set up or did not work, each with the code of the error catalogue it belongs to. */
export const authReasons = {
  /** A property is missing, wrong, unknown, given twice or not used: fix the configuration. */
  configuration: 'illegal-argument',
  /** An optional package that the configuration asks for is not installed. */
  'not-installed': 'illegal-argument',
  /** This provider cannot work in this place: no files in a browser, no hash of a stream … */
  unsupported: 'unsupported',
  /** A source of credentials has none; a chain asks the next one. */
  'not-here': 'unauthenticated',
  /** Whoever issues tokens or credentials said no. */
  refused: 'unauthenticated',
  /** Nobody answered in time, or the answer was an error of the other side. */
  unavailable: 'unavailable',
  /** The answer of an issuer, a command or a file could not be read. */
  malformed: 'unavailable',
  /** A renewal came back for somebody else. */
  'identity-changed': 'forbidden',
} as const

/** What programs may switch on. */
export type AuthReason = keyof typeof authReasons

export interface AuthErrorOptions extends ErrorOptions {
  /** The property to look at, as it was written: `rest.auth.sigv4.region`. */
  readonly property?: string
  /** What an issuer that refused called it: the `error` of RFC 6749 section 5.2. */
  readonly error?: string
}

/**
 * The error of this package. Its message names the property and the fix, and contains no secret.
 *
 * @example
 * ```ts
 * const opening = new AuthRegistry().create({ 'rest.auth.type': 'basic' })
 * const error: unknown = await opening.catch((thrown: unknown) => thrown)
 * if (isAuthError(error, 'configuration')) console.error(error.message, error.property)
 * ```
 */
export class AuthError extends HeadgateError {
  readonly reason: AuthReason
  readonly property: string | undefined
  /** The `error` of an issuer's refusal (RFC 6749 section 5.2), as `invalid_grant`; undefined where nobody said one. */
  readonly error: string | undefined

  constructor(reason: AuthReason, message: string, options: AuthErrorOptions = {}) {
    super(authReasons[reason], message, options)
    this.reason = reason
    this.property = options.property
    this.error = options.error
  }
}

/**
 * Returns whether a value is an `AuthError`, with this reason if one is passed. Recognizes errors of another copy of this
 * package.
 *
 * @example
 * ```ts
 * isAuthError(new AuthError('configuration', 'Set rest.auth.basic.password'), 'configuration') // true
 * ```
 */
export function isAuthError(error: unknown, reason?: AuthReason): error is AuthError {
  if (!(error instanceof Error) || !('reason' in error) || !('property' in error)) return false
  return reason === undefined ? Object.hasOwn(authReasons, String(error.reason)) : error.reason === reason
}
