import type { Grant } from './grant.ts'
import { clientOfExchange } from './exchange-client.ts'
import { readExchange } from './exchange-request.ts'
import { renewOwn, renewUser } from './exchange-renewal.ts'
import { shownSubject } from './exchange-subject.ts'
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
    const asked = readExchange(request.form, self)
    const client = await clientOfExchange(deps, request, asked)
    if (client.kind !== 'engine') request.note({ for: client.session.principal.name })
    if (client.kind === 'own-session') return renewUser(deps, client.session, asked.scope)
    if (client.kind === 'own-token') {
      return client.proven === null
        ? renewOwn(deps, client.session, asked.scope)
        : ownToken(deps, client.proven, asked.scope)
    }
    const { engine } = client
    request.note({ engine: engine.name })
    const shown = await shownSubject(deps, engine, asked, request.note)
    return 'asserted' in shown ? shown.asserted : issueFor(deps, engine, shown, asked.scope)
  }
}
