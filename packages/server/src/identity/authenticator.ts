import { HeadgateError } from '@headgate/errors'
import { bearerToken } from './bearer.ts'
import { anonymousId } from './anonymous.ts'
import type { Identity } from './identity.ts'

/** Headers that an identity can be proven by, as node:http has them. */
export interface AuthenticationHeaders {
  readonly authorization?: string | undefined
}

/** Says who calls. Throws `unauthenticated` (401). Synchronous where nothing has to be awaited. */
export interface Authenticator {
  authenticate(headers: AuthenticationHeaders): Identity | Promise<Identity>
}

/** Verifies the tokens of one issuer; `Sessions` is the one for ours. */
export interface BearerVerifier {
  verify(token: string): Identity | Promise<Identity>
}

export interface AuthenticatorParts {
  readonly sessions: BearerVerifier
  /**
   * Callers without an Authorization header may do everything. For a laptop only (`--insecure-anonymous`); a header
   * that is there is still checked, so that a client which believes it has an identity has it.
   */
  readonly anonymous?: boolean
}

/** What PyIceberg sends when it was given no credential. */
const noToken = 'Bearer None'

const anonymousIdentity: Identity = {
  principal: { id: anonymousId, issuer: 'headgate', subject: 'anonymous', name: 'anonymous' },
  actors: [],
  method: 'anonymous',
  expiresAt: null,
}

export function createAuthenticator({ sessions, anonymous = false }: AuthenticatorParts): Authenticator {
  return {
    authenticate({ authorization }) {
      const nothing = authorization === undefined || (anonymous && authorization === noToken)
      if (!nothing) return sessions.verify(bearerToken(authorization))
      if (anonymous) return anonymousIdentity
      throw new HeadgateError(
        'unauthenticated',
        'This server needs an access token: send "Authorization: Bearer" and a token from its token endpoint.',
      )
    },
  }
}
