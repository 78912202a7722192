import { findEngine } from '../directory/engines.ts'
import { authenticateClient } from './clients.ts'
import type { Grant, Granted } from './grant.ts'
import type { Client } from './clients.ts'
import { parseScope } from './scope.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Implements grant `client_credentials` (RFC 6749 section 4.4): a principal with credentials at this server
 * gets an access token for itself.
 */
export function clientCredentialsGrant(deps: TokenDeps): Grant {
  return async ({ form, proof }) => {
    const scope = parseScope(form.get('scope'))
    return ownToken(deps, await authenticateClient(deps, proof), scope)
  }
}

/** Starts a session of the client that this token request authenticated, and mints its access token. */
export async function ownToken(
  deps: TokenDeps,
  { identity, clientId }: Client,
  scope: string,
): Promise<Granted> {
  const engine = await findEngine(deps.sql, identity.principal.id)
  const authTime = deps.now()
  const sessionEndsAt = authTime + (engine?.sessionSeconds ?? deps.sessionSeconds) * 1000
  const session = { ...identity, authTime, sessionEndsAt }
  return { identity, token: await deps.sessions.mint({ identity: session, clientId, scope }), scope }
}
