import { withHeaders } from '@headgate/http'
import type { AuthProvider } from '../auth-provider.ts'
import { AuthError } from '../auth-error.ts'
import { required, secret, text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'
import { Secret } from '../secret.ts'

/** User name and password in each request (RFC 7617). */
export const basic: ProviderDefinition = defineProvider({
  keys: {
    username: required(text('the name to log in with')),
    password: required(secret('the password')),
  },
  create: ({ username, password }) => basicAuth(username, password),
})

/** @throws AuthError when the name has a colon, which would end it. */
function basicAuth(username: string, password: Secret): AuthProvider {
  if (username.includes(':')) {
    const property = 'rest.auth.basic.username'
    throw new AuthError('configuration', `${property} must not have a colon (RFC 7617)`, { property })
  }
  const header = new Secret(`Basic ${base64(`${username}:${password.reveal()}`)}`)
  return {
    authenticate: async (request) => ({
      ...request,
      headers: withHeaders(request.headers, [['Authorization', header.reveal()]]),
    }),
    provenance: { who: { subject: username }, obtainedBy: 'password', renewableBy: [] },
  }
}

/** Base64 of the text's UTF-8 bytes. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}
