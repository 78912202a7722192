import { HeadgateError } from '@headgate/errors'
import type { AuthOptions, AuthProvider } from './auth-provider.ts'

export interface TokenRequest extends AuthOptions {
  /** The server refused the token given before: a new one is needed, not the one in the cache. */
  readonly renew: boolean
}

/** Gives the token for a request. It is asked for every request, so it should remember the token while it is good. */
export type TokenSource = (request: TokenRequest) => Promise<string> | string

/**
 * Sends a bearer token (RFC 6750). A token that is refused with 401 or 419 is renewed once per request; simultaneous
 * refusals of one token ask for one new token.
 *
 * @example
 * ```ts
 * bearerAuth(process.env.TOKEN ?? '')
 * bearerAuth(({ renew }) => tokens.get({ fresh: renew }))
 * ```
 */
export function bearerAuth(token: string | TokenSource): AuthProvider {
  const headerFor = async (request: TokenRequest): Promise<string> => {
    const value = typeof token === 'string' ? token : await token(request)
    // Anything else would end the header, or be refused with a message that shows it.
    if (!/^[\x21-\x7e]+$/.test(value))
      throw new HeadgateError('bad-request', 'The bearer token is empty or no token')
    return `Bearer ${value}`
  }
  const renewals = new Map<string, Promise<string>>()

  return {
    async authenticate(request, { signal } = {}) {
      const authorization = await headerFor({ renew: false, ...(signal && { signal }) })
      return { ...request, headers: { ...request.headers, authorization } }
    },
    async onResponse({ status }, request) {
      if (typeof token === 'string' || (status !== 401 && status !== 419)) return 'done'
      const refused = request.headers['authorization'] ?? ''
      const current = await headerFor({ renew: false })
      if (current !== refused) return 'retry'
      let renewal = renewals.get(refused)
      if (renewal === undefined) {
        renewal = headerFor({ renew: true }).finally(() => renewals.delete(refused))
        renewals.set(refused, renewal)
      }
      return (await renewal) === refused ? 'done' : 'retry'
    },
  }
}
