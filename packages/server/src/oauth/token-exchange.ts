import type { Grant } from './grant.ts'
import { resolveExchangeClient } from './exchange-client.ts'
import { readExchange } from './exchange-request.ts'
import { renewClientSession, renewUserSession } from './exchange-renewal.ts'
import { verifySubjectToken } from './exchange-subject.ts'
import { ownToken } from './client-credentials.ts'
import { issueFor } from './issue.ts'
import type { TokenDeps } from './token-deps.ts'

/**
 * Implements grant `token-exchange` (RFC 8693): a registered engine gets a token of its user, which names the
 * engine in `act`, and every client can renew its own session. The grant accepts the standard client
 * authentication, and the one that Iceberg clients send: a valid token of the engine in the Authorization
 * header.
 *
 * An exchange never changes the user: the new token has the same `sub` as the subject token.
 */
export function tokenExchangeGrant(deps: TokenDeps): Grant {
  const { issuer, audience } = deps.sessions.settings
  const self = [...new Set([audience, issuer])]
  return async (request) => {
    const exchange = readExchange(request.form, self)
    const { scope } = exchange
    const resolved = await resolveExchangeClient(deps, request, exchange)
    if (resolved.kind !== 'engine') request.note({ for: resolved.session.principal.name })
    if (resolved.kind === 'user-session') return renewUserSession(deps, resolved.session, scope)
    if (resolved.kind === 'client-session') {
      return resolved.client === null
        ? renewClientSession(deps, resolved.session, scope)
        : ownToken(deps, resolved.client, scope)
    }
    request.note({ engine: resolved.engine.name })
    const { engine, subject } = await verifySubjectToken(deps, resolved.engine, exchange, request.note)
    return issueFor(deps, engine, subject, scope)
  }
}
