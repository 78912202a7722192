import { withHeaders } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import type { AuthProvider } from '../auth-provider.ts'
import { secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderContext, type ProviderDefinition } from '../provider-definition.ts'
import { Secret } from '../secret.ts'
import { checkToken, headerOf, tokenAuth } from '../token-auth.ts'
import { jwtExpiry } from '../token-expiry.ts'
import { fileTokens, ofFile } from '../file-tokens.ts'

const PREFIX = 'rest.auth.bearer'

/** A token that somebody else got (RFC 6750): given as it is, or in a file that is read again when it changes. */
export const bearer: ProviderDefinition = defineProvider({
  keys: {
    token: secret('the token'),
    'token-file': text(
      'a file with the token in it; it is read again when it changes, as Kubernetes does it',
    ),
  },
  create: ({ token, 'token-file': file }, context) => {
    const { now } = context
    if (token !== undefined && file === undefined) return fixedToken(token, context)
    if (file !== undefined && token === undefined) {
      return tokenAuth(fileTokens(file, `${PREFIX}.token-file`, now), { provenance: ofFile })
    }
    const property = `${PREFIX}.token`
    throw new AuthError('configuration', `Set one of ${property} and ${PREFIX}.token-file`, { property })
  },
})

/** A token that stays as it is: there is nothing to renew it with. When it has ended, that is told once. */
export function fixedToken(
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
    ...(expiresAt === undefined ? {} : { onResponse: tellEnd(expiresAt, now, warn, property) }),
    token: async () => ({ value, ...(expiresAt === undefined ? {} : { expiresAt }) }),
    provenance: { obtainedBy: 'static', renewableBy: [] },
  }
}

/** Says once, when the token is refused, that it has ended. */
function tellEnd(
  expiresAt: number,
  now: () => number,
  warn: (message: string) => void,
  property: string,
): NonNullable<AuthProvider['onResponse']> {
  let told = false
  return ({ status }) => {
    if (told || (status !== 401 && status !== 419) || expiresAt > now()) return undefined
    told = true
    const ended = new Date(expiresAt).toISOString()
    const fix = `${PREFIX}.token-file, which is read again, or rest.auth.type=oauth2 outlive it`
    warn(`The token of ${property} ended at ${ended}, and there is nothing to renew it with: ${fix}`)
    return undefined
  }
}
