import { type HeaderList, withHeaders } from '@headgate/http'
import { AuthError } from '../auth-error.ts'
import { text } from '../properties/property-kinds.ts'
import { defineProvider, type ProviderDefinition } from '../provider-definition.ts'

const PREFIX = 'rest.auth.headers'

/** Fixed headers: what nothing else here makes. `rest.auth.headers.X-Name=value` */
export const headers: ProviderDefinition = defineProvider({
  keys: { '*': text('a header by its name, and its value') },
  create: ({ '*': given }) => {
    const fixed: HeaderList = [...given].map(([name, value]) => [
      checkHeaderName(name, `${PREFIX}.${name}`),
      checkHeaderValue(value.trim(), `${PREFIX}.${name}`),
    ])
    if (fixed.length === 0) {
      const property = `${PREFIX}.Authorization`
      throw new AuthError('configuration', `Set the headers to send: ${property}, for example`, { property })
    }
    return {
      authenticate: async (request) => ({ ...request, headers: withHeaders(request.headers, fixed) }),
      setsHeaders: fixed.map(([name]) => name.toLowerCase()),
      provenance: { obtainedBy: 'static', renewableBy: [] },
    }
  },
})

/** @throws AuthError for what is no header name (RFC 9110 section 5.1). */
export function checkHeaderName(name: string, property: string): string {
  if (/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/.test(name)) return name
  throw new AuthError('configuration', `${property} must name a header`, { property })
}

function checkHeaderValue(value: string, property: string): string {
  if (/^[\x20-\x7e]+$/.test(value)) return value
  throw new AuthError('configuration', `${property} must be visible ASCII characters on one line`, {
    property,
  })
}
