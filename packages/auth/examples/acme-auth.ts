// A provider of somebody else, whole: a package that exports `authProviders`. It is used with
//   rest.auth.package=acme-auth  rest.auth.type=acme  rest.auth.acme.tenant=…  rest.auth.acme.key=…
import { defineProvider, required, secret, text, type ProviderDefinition } from '@headgate/auth'
import { withHeaders } from '@headgate/http'

const acme: ProviderDefinition = defineProvider({
  keys: {
    tenant: required(text('your tenant at Acme')),
    key: required(secret('the key from the console of Acme')),
  },
  create: ({ tenant, key }, { now }) => ({
    setsHeaders: ['x-acme-tenant', 'x-acme-time', 'x-acme-signature'],
    authenticate: async (request) => {
      const time = String(now())
      const signature = await hmac(key.reveal(), `${request.method}\n${request.url}\n${tenant}\n${time}`)
      const headers = withHeaders(request.headers, [
        ['X-Acme-Tenant', tenant],
        ['X-Acme-Time', time],
        ['X-Acme-Signature', signature],
      ])
      return { ...request, headers }
    },
  }),
})

export const authProviders: Readonly<Record<string, ProviderDefinition>> = { acme }

const bytes = (words: string) => new TextEncoder().encode(words)

async function hmac(key: string, message: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const own = await crypto.subtle.importKey('raw', bytes(key), algorithm, false, ['sign'])
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', own, bytes(message)))))
}
