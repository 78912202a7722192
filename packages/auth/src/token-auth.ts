import { type HttpRequest, withHeaders } from '@headgate/http'
import type { AuthProvider } from './auth-provider.ts'
import { AuthError } from './auth-error.ts'
import type { Memoized } from './memoize.ts'
import type { Provenance } from './provenance.ts'
import type { Secret } from './secret.ts'
import type { Token } from './token.ts'

export interface TokenAuthOptions {
  /** Default `Authorization`. */
  readonly header?: string
  /** What stands before the token. Default `Bearer`; empty for nothing. */
  readonly scheme?: string
  readonly provenance?: Provenance
  /** Told once when a token that was only just made is refused: what that means is not to be seen from the answer. */
  readonly warn?: (message: string) => void
}

/** A token that was only just made is good: what is wrong lies with whoever looked at it. */
const REFUSED_NEW =
  'The catalog refused a token that was only just obtained. It may not know whom the token is for (in Polaris principal and role must exist), expect another audience or another issuer, or have a clock that is behind'

/** Statuses that say that a token is no good any more: 419 is Iceberg's `AuthenticationTimeoutException`. */
const tokenRefused = new Set([401, 419])

/**
 * Creates a provider that sends a token in a header, and requests another attempt with another token when it is refused.
 *
 * @example
 * ```ts
 * const tokens = memoize(async () => ({ value: new Secret('token') }), { expiresAt: () => undefined })
 * const provider = tokenAuth(tokens)
 * ```
 */
export function tokenAuth<T extends Token>(
  tokens: Memoized<T>,
  options: TokenAuthOptions = {},
): AuthProvider {
  const { header = 'Authorization', scheme = 'Bearer', warn } = options
  let warned = false
  const sent = new WeakMap<HttpRequest, T>()
  return {
    initialize: async (wait) => void (await tokens.get(wait)),
    authenticate: async (request, wait) => {
      const token = await tokens.get(wait)
      const headers = withHeaders(request.headers, [[header, headerOf(scheme, token.value)]])
      const authenticated = { ...request, headers }
      sent.set(authenticated, token)
      return authenticated
    },
    onResponse: async (response, request, wait) => {
      const token = sent.get(request)
      if (token === undefined || !tokenRefused.has(response.status)) return undefined
      try {
        // By now another request may have fetched a new one.
        const current = await tokens.get(wait)
        if (!sameValue(current, token)) return 'retry'
        if (!tokens.invalidate(current)) {
          if (!warned) warn?.(REFUSED_NEW)
          warned = true
          return undefined
        }
        return sameValue(await tokens.get(wait), token) ? undefined : 'retry'
      } catch {
        return undefined
      }
    },
    token: async (wait) => await tokens.get(wait),
    setsHeaders: [header.toLowerCase()],
    ...(options.provenance === undefined ? {} : { provenance: options.provenance }),
    [Symbol.asyncDispose]: async () => await tokens[Symbol.asyncDispose](),
  }
}

function sameValue(a: Token, b: Token): boolean {
  return a.value.reveal() === b.value.reveal()
}

/**
 * Returns the value of a header that contains a token.
 *
 * @example
 * ```ts
 * headerOf('Bearer', new Secret('token')) // 'Bearer token'
 * ```
 */
export function headerOf(scheme: string, token: Secret): string {
  return scheme === '' ? token.reveal() : `${scheme} ${token.reveal()}`
}

/**
 * Checks that a token can be sent in a header: one word of visible ASCII characters.
 *
 * @throws {AuthError} malformed, with the origin of the token
 *
 * @example
 * ```ts
 * checkToken('token', 'rest.auth.bearer.token') // 'token'
 * ```
 */
export function checkToken(token: string, from: string): string {
  if (/^[\x21-\x7e]+$/.test(token)) return token
  throw new AuthError('malformed', `${from} must be one word of visible ASCII characters`, { property: from })
}
