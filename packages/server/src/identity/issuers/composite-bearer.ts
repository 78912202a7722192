import type { BearerVerifier } from '../authenticator.ts'
import type { Identity } from '../identity.ts'
import { peek } from '../peek.ts'
import type { ExternalBearer } from './external-bearer.ts'
import type { IssuerTokens } from './external-tokens.ts'

export interface CompositeParts {
  /** Those of ours. */
  readonly sessions: BearerVerifier & {
    /** The identity of a token that was verified before; null: it must be verified. */
    known(token: string): Identity | null
  }
  readonly external: {
    readonly bearer: ExternalBearer
    readonly tokens: Pick<IssuerTokens, 'issuers' | 'takesOpaque'>
  }
}

/**
 * Bearers of ours and of configured issuers. Which it is, `iss` says, and only chooses who verifies; what nobody else could
 * verify is refused as a token of ours. A token that was seen before costs a digest and a look-up, of ours or not.
 */
export function compositeBearer({ sessions, external: { bearer, tokens } }: CompositeParts): BearerVerifier {
  return {
    verify(token) {
      const known = sessions.known(token) ?? bearer.known(token)
      if (known !== null) return known
      return isForeign(token, tokens) ? bearer.verify(token) : sessions.verify(token)
    },
  }
}

function isForeign(token: string, { issuers, takesOpaque }: CompositeParts['external']['tokens']): boolean {
  const peeked = peek(token)
  if (peeked === null) return takesOpaque
  const { iss } = peeked.claims
  return typeof iss === 'string' && issuers.has(iss)
}
