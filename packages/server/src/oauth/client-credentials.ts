import { findEngine } from '../store/engines.ts'
import { authenticateClient } from './clients.ts'
import type { Grant, Granted } from './grant.ts'
import type { Client } from './clients.ts'
import { scopeOf } from './scope.ts'
import type { TokenParts } from './token-parts.ts'

/** Grant `client_credentials` (RFC 6749 section 4.4): a principal of ours as itself. */
export function clientCredentialsGrant(parts: TokenParts): Grant {
  return async ({ form, proof }) => {
    const scope = scopeOf(form.get('scope'))
    return ownToken(parts, await authenticateClient(parts, proof), scope)
  }
}

/** A token for a client that proved itself now: the beginning of a session. */
export async function ownToken(
  parts: TokenParts,
  { identity, clientId }: Client,
  scope: string,
): Promise<Granted> {
  const engine = await findEngine(parts.sql, identity.principal.id)
  const authTime = parts.now()
  const sessionEndsAt = authTime + (engine?.sessionSeconds ?? parts.sessionSeconds) * 1000
  const session = { ...identity, authTime, sessionEndsAt }
  return { identity, token: await parts.sessions.mint({ identity: session, clientId, scope }), scope }
}
