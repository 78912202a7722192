import { withHeaders } from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import { AuthError } from '../auth-error.ts'
import { required, secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'
import { Secret } from '../secret.ts'

/** Sends a user name and a password (RFC 7617). */
export const basic: ProviderDefinition = defineProvider({
  keys: {
    username: required(text('the user name')),
    password: required(secret('the password')),
  },
  create: ({ username, password }) => basicAuth(username, password),
})

/**
 * Creates the provider. Refuses a name with a colon, because the server would read the part after the colon as the
 * beginning of the password.
 */
function basicAuth(username: string, password: Secret): AuthProvider {
  if (username.includes(':')) {
    const property = 'rest.auth.basic.username'
    throw new AuthError('configuration', `${property} must not contain a colon (RFC 7617)`, { property })
  }
  const header = new Secret(`Basic ${toBase64(`${username}:${password.reveal()}`)}`)
  return {
    authenticate: async (request) => ({
      ...request,
      headers: withHeaders(request.headers, [['Authorization', header.reveal()]]),
    }),
    provenance: { who: { subject: username }, obtainedBy: 'password', renewableBy: [] },
  }
}

/** Encodes the UTF-8 bytes of a text as Base64. */
function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
