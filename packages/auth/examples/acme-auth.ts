// A complete provider in a separate package, which exports `authProviders`. These properties select the provider:
//   rest.auth.package=acme-auth  rest.auth.type=acme  rest.auth.acme.tenant=…  rest.auth.acme.key=…
import { defineProvider, required, secret, text, type ProviderDefinition } from '@headgate/auth'
import { withHeaders } from '@headgate/http'

const acme: ProviderDefinition = defineProvider({
  keys: {
    tenant: required(text('the tenant at Acme')),
    key: required(secret('the key from the Acme console')),
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

const toBytes = (text: string) => new TextEncoder().encode(text)

async function hmac(key: string, message: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', toBytes(key), algorithm, false, ['sign'])
  const signature = await crypto.subtle.sign('HMAC', imported, toBytes(message))
  return btoa(String.fromCharCode(...new Uint8Array(signature)))
}
