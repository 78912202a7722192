import { HeadgateError } from '@headgate/errors'
import type { Response } from '../operation/operation.ts'

/** Forbids caches to store token responses and errors (RFC 6749 section 5.1). */
export const tokenHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
}

/**
 * Encodes an error of the token endpoint (RFC 6749 section 5.2).
 *
 * `error_description` may contain only printable ASCII without `"` and `\`, so other characters are replaced.
 */
export function tokenErrorResponse(error: HeadgateError): Response {
  const { status, oauth = 'invalid_request' } = error.kind
  const headers: Record<string, string> = { ...tokenHeaders }
  if (status === 401) headers['www-authenticate'] = 'Basic realm="headgate"'
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds)
  const description = error.message.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?')
  return { status, headers, body: JSON.stringify({ error: oauth, error_description: description }) }
}

export function invalidRequest(message: string): HeadgateError {
  return new HeadgateError('bad-request', message)
}

/**
 * Cause of an error that may result from a guessed credential. The token endpoint counts an error with this
 * cause as a failed attempt.
 */
class Guess extends Error {
  override readonly name = 'Guess'
}

/** Cause of the error of a refused sign-in at an issuer. It counts as a failed attempt. */
class RefusedSignIn extends Guess {
  readonly failure: string

  constructor(failure: string, cause: string) {
    super(cause)
    this.failure = failure
  }
}

/** Returns the error of a refused sign-in at an issuer. */
export function refusedSignIn(failure: string, cause: string): HeadgateError {
  return new HeadgateError('unauthenticated', `The sign-in at the identity provider was refused: ${cause}.`, {
    cause: new RefusedSignIn(failure, cause),
  })
}

/** Returns the kind of a refused sign-in, or null for another error. */
export function findSignInFailure({ cause }: HeadgateError): string | null {
  return cause instanceof RefusedSignIn ? cause.failure : null
}

/** Returns whether an error counts as a failed attempt. The server delays a source with many failed attempts. */
export function isGuess(error: unknown): error is HeadgateError {
  return error instanceof HeadgateError && error.cause instanceof Guess
}

/**
 * Returns the same error for an unknown client, a wrong secret and a disabled client, so that an attacker
 * cannot find out which clients exist.
 */
export function invalidClient(cause: string, message?: string | null): HeadgateError {
  return new HeadgateError(
    'invalid-client',
    message ?? 'The client id and secret do not belong to an enabled client.',
    { cause: new Guess(cause) },
  )
}

/** Returns the error for a client whose signed assertion does not authenticate it. */
export function invalidAssertion(cause: string, message?: string | null): HeadgateError {
  return invalidClient(
    cause,
    message ??
      'The assertion is not signed by a registered key of an enabled client, or does not have the format of RFC 7523.',
  )
}

/** Returns the error for an invalid subject token or assertion. */
export function invalidGrant(message: string, cause?: string): HeadgateError {
  return new HeadgateError('invalid-grant', message, cause === undefined ? {} : { cause: new Error(cause) })
}

/**
 * Returns the error for an invalid assertion that names a user and also authenticates the client. The error
 * counts as a failed attempt.
 */
export function guessedGrant(cause: string, message: string | null): HeadgateError {
  return new HeadgateError(
    'invalid-grant',
    message ??
      'The assertion is not signed by a registered key of an enabled engine, or does not have the format of RFC 7523.',
    { cause: new Guess(cause) },
  )
}
