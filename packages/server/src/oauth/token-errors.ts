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

/** One text for an unknown client, a wrong secret and a disabled client: whoever guesses learns nothing. */
export function invalidClient(cause: string): HeadgateError {
  return new HeadgateError('invalid-client', 'The client id and secret are not those of an enabled client.', {
    cause: new Error(cause),
  })
}
