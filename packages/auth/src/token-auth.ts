import { type HttpRequest, withHeaders } from '@headgate/http'
import type { AuthProvider } from './auth-provider.ts'
import { AuthError } from './auth-error.ts'
import type { Memoized } from './memoize.ts'
import type { Provenance } from './provenance.ts'
import type { Secret } from './secret.ts'
import type { Token } from './token.ts'

/** Options of {@link tokenAuth}. */
export interface TokenAuthOptions {
  /** Header that contains the token. Default: `Authorization`. */
  readonly header?: string
  /** Word before the token in the header. Default: `Bearer`. An empty text sends only the token. */
  readonly scheme?: string
  readonly provenance?: Provenance
  /** Receives a warning with possible causes, once, when the catalog refuses a token that was just issued. */
  readonly warn?: (message: string) => void
}

/**
 * Warning for a refused new token. Such a token has not expired, so the cause is in the configuration of the catalog
 * or of the token.
 */
const NEW_TOKEN_REFUSED =
  'The catalog refused a token that was just issued. Check that the catalog knows its principal (in Polaris, the principal and its role must exist), that it accepts the audience and the issuer of the token, and that its clock is not behind'

/** Statuses with which a server refuses a token. Iceberg's `AuthenticationTimeoutException` is 419. */
const refusalStatuses = new Set([401, 419])

/**
 * Creates a provider that sends a token in a header. When the server refuses the token, the provider requests another
 * attempt with a new token.
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
      if (token === undefined || !refusalStatuses.has(response.status)) return undefined
      try {
        // While this request was sent, another request may have renewed the token. If so, the second attempt uses the
        // renewed token.
        const current = await tokens.get(wait)
        if (!isSameToken(current, token)) return 'retry'
        if (!tokens.invalidate(current)) {
          if (!warned) warn?.(NEW_TOKEN_REFUSED)
          warned = true
          return undefined
        }
        return isSameToken(await tokens.get(wait), token) ? undefined : 'retry'
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

function isSameToken(a: Token, b: Token): boolean {
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
 * Checks that a token can be sent in a header, and returns it. It must be one word of visible ASCII
 * characters.
 *
 * @param from names the origin of the token in error messages: a property, a file
 * @throws {AuthError} malformed, without the token
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
