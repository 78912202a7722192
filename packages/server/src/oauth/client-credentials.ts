import { HeadgateError } from '@headgate/errors'
import { checkClientSecret } from '../identity/client-secret.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Queryable } from '../store/sql.ts'
import type { Grant } from './grant.ts'
import { invalidClient } from './token-errors.ts'

/** Scopes that Iceberg clients ask for by default. All of them mean: what the principal may do. */
const knownScopes: ReadonlySet<string> = new Set(['catalog', 'sign', 'PRINCIPAL_ROLE:ALL'])

/** Grant `client_credentials` (RFC 6749 section 4.4): a principal of ours, proven by its secret. */
export function clientCredentialsGrant(parts: {
  readonly sql: Queryable
  readonly sessions: Sessions
}): Grant {
  return async ({ form, credentials }) => {
    if (!credentials) {
      throw new HeadgateError(
        'invalid-client',
        'The client must authenticate: send client_id and client_secret, or a Basic header.',
      )
    }
    const scope = scopeOf(form.get('scope'))
    const check = await checkClientSecret(parts.sql, credentials.id, credentials.secret, Date.now())
    if (!check.ok) throw invalidClient(check.reason)
    const token = await parts.sessions.mint({ identity: check.identity, clientId: check.clientId, scope })
    return { identity: check.identity, token, scope }
  }
}

/** A scope that would have to narrow the token is refused: passing over it would give more than was asked for. */
function scopeOf(asked: string | undefined): string {
  if (asked === undefined) return 'catalog'
  const scopes = asked.split(' ')
  if (scopes.every((scope) => knownScopes.has(scope))) return asked
  throw new HeadgateError(
    'invalid-scope',
    `The scope must be of ${[...knownScopes].join(', ')}, or left out.`,
  )
}
