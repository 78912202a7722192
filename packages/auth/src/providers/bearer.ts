import { withHeaders } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderContext, type ProviderDefinition } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { checkToken, headerOf, tokenAuth } from '../token-auth.ts'
import { jwtExpiry } from '../token-expiry.ts'
import { fileTokens, fileProvenance } from '../file-tokens.ts'

const PREFIX = 'rest.auth.bearer'

/**
 * Sends a token that another program obtained (RFC 6750): a configured token, or the token in a file, which is read
 * again when it changes.
 */
export const bearer: ProviderDefinition = defineProvider({
  keys: {
    token: secret('the token'),
    'token-file': text('the file that contains the token; it is read again when it changes'),
  },
  create: ({ token, 'token-file': file }, context) => {
    const { now } = context
    if (token !== undefined && file === undefined) return fixedTokenAuth(token, context)
    if (file !== undefined && token === undefined) {
      return tokenAuth(fileTokens(file, `${PREFIX}.token-file`, now), { provenance: fileProvenance })
    }
    const property = `${PREFIX}.token`
    throw new AuthError('configuration', `Set one of ${property} and ${PREFIX}.token-file`, { property })
  },
})

/**
 * Creates a provider with a token that cannot be renewed. It warns once when the server refuses the expired
 * token.
 */
export function fixedTokenAuth(
  token: Secret,
  { now, warn }: Pick<ProviderContext, 'now' | 'warn'>,
  property = `${PREFIX}.token`,
): AuthProvider {
  const value = new Secret(checkToken(token.reveal().trim(), property))
  const expiresAt = jwtExpiry(value.reveal())
  return {
    authenticate: async (request) => ({
      ...request,
      headers: withHeaders(request.headers, [['Authorization', headerOf('Bearer', value)]]),
    }),
    ...(expiresAt === undefined ? {} : { onResponse: warnWhenExpired(expiresAt, now, warn, property) }),
    token: async () => ({ value, ...(expiresAt === undefined ? {} : { expiresAt }) }),
    provenance: { obtainedBy: 'static', renewableBy: [] },
  }
}

/** Returns a handler of responses that warns once when the server refuses the token after the token has expired. */
function warnWhenExpired(
  expiresAt: number,
  now: () => number,
  warn: (message: string) => void,
  property: string,
): NonNullable<AuthProvider['onResponse']> {
  let warned = false
  return ({ status }) => {
    if (warned || (status !== 401 && status !== 419) || expiresAt > now()) return undefined
    warned = true
    const end = new Date(expiresAt).toISOString()
    const fix = `set ${PREFIX}.token-file, which is read again, or rest.auth.type=oauth2, which renews tokens`
    warn(`The token of ${property} expired at ${end} and cannot be renewed: ${fix}`)
    return undefined
  }
}
