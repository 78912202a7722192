import { type Fetch, timeLimit } from '@headgate/http'
import { AuthError } from './auth-error.ts'
import { readLimited } from './read-limited.ts'
import { redactSecrets } from './redact-secrets.ts'

/** Maximum length of a response, in bytes. */
const MAX_BYTES = 1 << 20

/** Response of an issuer of tokens or credentials. */
export interface IssuerResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Sends a request to an issuer of tokens or credentials, and reads the whole response. Removes the secrets of
 * the request from the text of an error response. Does not follow redirects.
 *
 * @param issuer names the issuer in error messages
 * @param timeoutMs time limit of the request and its response
 * @throws {AuthError} unavailable, when the issuer cannot be reached or the time limit passes; malformed,
 *   when the response exceeds 1 MiB
 */
export async function fetchFromIssuer(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  issuer: string,
  timeoutMs: number,
): Promise<IssuerResponse> {
  try {
    const signal = timeLimit(init.signal ?? undefined, timeoutMs)
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    const text = await readLimited(response, MAX_BYTES, issuer, signal)
    const { status } = response
    return { status, headers: response.headers, text: status === 200 ? text : redactSecrets(text, init) }
  } catch (cause) {
    init.signal?.throwIfAborted()
    if (cause instanceof AuthError) throw cause
    const isTimeout = cause instanceof Error && cause.name === 'TimeoutError'
    const message = isTimeout ? `did not answer within ${timeoutMs} ms` : 'did not answer the request'
    throw new AuthError('unavailable', `${issuer} ${message}`, { cause })
  }
}
