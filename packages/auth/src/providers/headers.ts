import { type HeaderList, withHeaders } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'

const PREFIX = 'rest.auth.headers'

/** Sends fixed headers, for servers without another provider: `rest.auth.headers.X-Name=value`. */
export const headers: ProviderDefinition = defineProvider({
  keys: { '*': text('the value of the header with this name') },
  create: ({ '*': values }) => {
    const fixed: HeaderList = [...values].map(([name, value]) => [
      checkHeaderName(name, `${PREFIX}.${name}`),
      checkHeaderValue(value.trim(), `${PREFIX}.${name}`),
    ])
    if (fixed.length === 0) {
      const property = `${PREFIX}.Authorization`
      throw new AuthError('configuration', `Set at least one header, for example ${property}`, { property })
    }
    return {
      authenticate: async (request) => ({ ...request, headers: withHeaders(request.headers, fixed) }),
      setsHeaders: fixed.map(([name]) => name.toLowerCase()),
      provenance: { obtainedBy: 'static', renewableBy: [] },
    }
  },
})

/** Checks a header name (RFC 9110 section 5.1) and returns it. Throws an error for an invalid name. */
export function checkHeaderName(name: string, property: string): string {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/.test(name)) return name
  throw new AuthError('configuration', `${property} must be a valid header name (RFC 9110 section 5.1)`, {
    property,
  })
}

function checkHeaderValue(value: string, property: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value
  throw new AuthError('configuration', `${property} must be one line of visible ASCII characters`, {
    property,
  })
}
