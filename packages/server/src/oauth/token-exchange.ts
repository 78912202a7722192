import type { Grant } from './grant.ts'
import { clientOfExchange } from './exchange-client.ts'
import { readExchange } from './exchange-request.ts'
import { renewOwn, renewUser } from './exchange-renewal.ts'
import { shownSubject } from './exchange-subject.ts'
import { ownToken } from './client-credentials.ts'
import { issueFor } from './issue.ts'
import type { TokenParts } from './token-parts.ts'

/**
 * Grant `token-exchange` (RFC 8693): a registered engine gets a token of its user, with itself in `act`; and every client
 * renews the session that its token is of. Understands the standard's form and Iceberg's own dialect of it, where the
 * engine's live token in the Authorization header is its authentication.
 *
 * Nothing here turns a user's session into the engine's own: what comes out has the `sub` of what went in.
 */
export function tokenExchangeGrant(parts: TokenParts): Grant {
  const { issuer, audience } = parts.sessions.settings
  const self = [...new Set([audience, issuer])]
  return async (request) => {
    const asked = readExchange(request.form, self)
    const client = await clientOfExchange(parts, request, asked)
    if (client.kind !== 'engine') request.note({ for: client.session.principal.name })
    if (client.kind === 'own-session') return renewUser(parts, client.session, asked.scope)
    if (client.kind === 'own-token') {
      return client.proven === null
        ? renewOwn(parts, client.session, asked.scope)
        : ownToken(parts, client.proven, asked.scope)
    }
    const { engine } = client
    request.note({ engine: engine.name })
    const shown = await shownSubject(parts, engine, asked, request.note)
    return 'asserted' in shown ? shown.asserted : issueFor(parts, engine, shown, asked.scope)
  }
}
