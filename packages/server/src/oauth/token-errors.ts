import { HeadgateError } from '@headgate/errors'
import type { Answer } from '../http/operation.ts'

/** Answers hold secrets or the lack of one: no cache may keep them (RFC 6749 section 5.1). */
export const tokenHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  'cache-control': 'no-store',
  pragma: 'no-cache',
}

/**
 * An error of the token endpoint in the form of RFC 6749 section 5.2.
 *
 * `error_description` may hold printable ASCII without `"` and `\` only, so anything else is replaced.
 */
export function tokenErrorAnswer(error: HeadgateError): Answer {
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

/** Somebody may be guessing: counts as a failed attempt. */
class Guess extends Error {
  override readonly name = 'Guess'
}

/** True for a refusal that should slow down who gets many of them. */
export function isGuess(error: unknown): error is HeadgateError {
  return error instanceof HeadgateError && error.cause instanceof Guess
}

/** One text for an unknown client, a wrong secret and a disabled client: whoever guesses learns nothing. */
export function invalidClient(cause: string, told?: string | null): HeadgateError {
  return new HeadgateError(
    'invalid-client',
    told ?? 'The client id and secret are not those of an enabled client.',
    { cause: new Guess(cause) },
  )
}

/** The same for a client that signs. */
export function invalidAssertion(cause: string, told?: string | null): HeadgateError {
  return invalidClient(
    cause,
    told ??
      'The assertion is not signed by a registered key of an enabled client, or not in the form of RFC 7523.',
  )
}

/** What the client sent to get a token for is not good: a subject token, an assertion. */
export function invalidGrant(told: string, cause?: string): HeadgateError {
  return new HeadgateError('invalid-grant', told, cause === undefined ? {} : { cause: new Error(cause) })
}

/** As `invalidGrant`, where the grant is its own authentication. */
export function guessedGrant(cause: string, told: string | null): HeadgateError {
  return new HeadgateError(
    'invalid-grant',
    told ??
      'The assertion is not signed by a registered key of an enabled engine, or not in the form of RFC 7523.',
    { cause: new Guess(cause) },
  )
}
