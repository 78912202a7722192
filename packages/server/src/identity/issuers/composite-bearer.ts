import type { BearerVerifier } from '../authenticator.ts'
import type { ProvenIdentity } from '../../proven-identity.ts'
import { peek } from '../peek.ts'
import type { ExternalBearer } from './external-bearer.ts'
import type { IssuerTokens } from './external-tokens.ts'

export interface CompositeBearerDeps {
  /** Verifies tokens of this server. */
  readonly sessions: BearerVerifier & {
    /** Returns the identity of a cached token. Null: the token is not cached, and must be verified. */
    known(token: string): ProvenIdentity | null
  }
  readonly external: {
    readonly bearer: ExternalBearer
    readonly tokens: Pick<IssuerTokens, 'issuers' | 'takesOpaque'>
  }
}

/**
 * Verifies bearer tokens of this server and of configured issuers. The unverified claim `iss` only selects the
 * verifier: a token without a configured issuer is verified like a token of this server. A cached token
 * requires only a digest and a look-up.
 */
export function compositeBearer({
  sessions,
  external: { bearer, tokens },
}: CompositeBearerDeps): BearerVerifier {
  return {
    verify(token) {
      const known = sessions.known(token) ?? bearer.known(token)
      if (known !== null) return known
      return isForeign(token, tokens) ? bearer.verify(token) : sessions.verify(token)
    },
  }
}

function isForeign(
  token: string,
  { issuers, takesOpaque }: CompositeBearerDeps['external']['tokens'],
): boolean {
  const peeked = peek(token)
  if (peeked === null) return takesOpaque
  const { iss } = peeked.claims
  return typeof iss === 'string' && issuers.has(iss)
}
