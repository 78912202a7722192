import { HeadgateError } from '@headgate/errors'

/** Reasons why authentication could not be set up or failed, each with its code in the error catalogue. */
export const authReasons = {
  /** A property is missing, invalid, unknown, set twice or unused. The configuration must be changed. */
  configuration: 'illegal-argument',
  /** A package that the configuration needs is not installed. */
  'not-installed': 'illegal-argument',
  /** The provider cannot process this request, or cannot run on this platform. */
  unsupported: 'unsupported',
  /** A credential source has no credentials. A chain of sources then asks the next source. */
  'not-here': 'unauthenticated',
  /** The issuer of tokens or credentials refused the request. */
  refused: 'unauthenticated',
  /** The issuer of tokens or credentials did not respond in time, or failed. */
  unavailable: 'unavailable',
  /** The response of an issuer, the output of a program or a file could not be read. */
  malformed: 'unavailable',
  /** A renewal returned credentials of another identity. */
  'identity-changed': 'forbidden',
} as const

/** Reason of an {@link AuthError}. It is stable, so that programs can depend on it. */
export type AuthReason = keyof typeof authReasons

/** Options of {@link AuthError}. */
export interface AuthErrorOptions extends ErrorOptions {
  /** Property to change, in the spelling of the configuration: `rest.auth.sigv4.region`. */
  readonly property?: string
  /** Error code of the issuer that refused: `error` in RFC 6749 section 5.2. */
  readonly error?: string
}

/**
 * Error of `@headgate/auth`. Its message names the configuration property and the necessary change, and contains no
 * secret.
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
  /**
   * Error code of the issuer (RFC 6749 section 5.2), such as `invalid_grant`. Undefined if the issuer sent
   * none.
   */
  readonly error: string | undefined

  constructor(reason: AuthReason, message: string, options: AuthErrorOptions = {}) {
    super(authReasons[reason], message, options)
    this.reason = reason
    this.property = options.property
    this.error = options.error
  }
}

/**
 * Returns whether a value is an `AuthError` and, if `reason` is passed, has this reason. Also recognizes errors that
 * another installed copy of this package created.
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
