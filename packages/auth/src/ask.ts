import { type Fetch, timeLimit } from '@headgate/http'
import { AuthError } from './auth-error.ts'
import { hideSent } from './hide-sent.ts'
import { readLimited } from './read-limited.ts'

const MAX_BYTES = 1 << 20

/** What an issuer answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/**
 * Asks an issuer of credentials, and reads its answer whole, an error without the secrets that were sent. Redirects are
 * not followed.
 *
 * @param what Who is asked, for messages.
 */
export async function ask(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  what: string,
  timeoutMs: number,
): Promise<Answer> {
  try {
    const signal = timeLimit(init.signal ?? undefined, timeoutMs)
    const response = await fetch(url, { ...init, redirect: 'manual', signal })
    const text = await readLimited(response, MAX_BYTES, what, signal)
    const { status } = response
    return { status, headers: response.headers, text: status === 200 ? text : hideSent(text, init) }
  } catch (cause) {
    init.signal?.throwIfAborted()
    if (cause instanceof AuthError) throw cause
    const why = cause instanceof Error && cause.name === 'TimeoutError' ? `within ${timeoutMs} ms` : 'at all'
    throw new AuthError('unavailable', `${what} did not answer ${why}`, { cause })
  }
}
