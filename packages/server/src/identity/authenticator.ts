import { HeadgateError } from '@headgate/errors'
import { bearerToken } from './bearer.ts'
import { anonymousId } from '../reserved-ids.ts'
import type { ProvenIdentity } from '../proven-identity.ts'

/** Request headers that prove an identity, by their names in node:http. */
interface AuthenticationHeaders {
  readonly authorization?: string | undefined
  /** Client credential, for protocols whose clients can only send headers that never change. */
  readonly 'x-api-key'?: string | string[] | undefined
}

/**
 * Returns the identity of the caller. Throws `unauthenticated` (401) if the headers do not prove one. Returns
 * no promise if the token is cached.
 */
export interface Authenticator {
  authenticate(headers: AuthenticationHeaders): ProvenIdentity | Promise<ProvenIdentity>
}

/** Verifies bearer tokens. `Sessions` verifies those of this server, and `compositeBearer` also those of other issuers. */
export interface BearerVerifier {
  verify(token: string): ProvenIdentity | Promise<ProvenIdentity>
}

export interface AuthenticatorDeps {
  /** Verifies the tokens in the Authorization header. */
  readonly bearers: BearerVerifier
  /** Verifies API keys, which only some operations accept (`Operation.acceptsApiKey`). Absent: no key is accepted. */
  readonly apiKeys?: BearerVerifier
  /**
   * True: callers without an Authorization header have all rights. Only for development on one machine
   * (`--insecure-anonymous`). A header in the request is still verified, so that a client with a token gets the
   * identity of the token.
   */
  readonly anonymous?: boolean
}

/** PyIceberg sends this text when it has no credential. */
const noToken = 'Bearer None'

const anonymousIdentity: ProvenIdentity = {
  principal: { id: anonymousId, issuer: 'headgate', subject: 'anonymous', name: 'anonymous' },
  actors: [],
  method: 'anonymous',
  expiresAt: null,
}

export function createAuthenticator({
  bearers,
  apiKeys,
  anonymous = false,
}: AuthenticatorDeps): Authenticator {
  return {
    authenticate({ authorization, 'x-api-key': apiKey }) {
      const nothing = authorization === undefined || (anonymous && authorization === noToken)
      if (!nothing) return bearers.verify(bearerToken(authorization))
      if (apiKeys !== undefined && typeof apiKey === 'string' && apiKey !== '') return apiKeys.verify(apiKey)
      if (anonymous) return anonymousIdentity
      throw new HeadgateError(
        'unauthenticated',
        'This server needs an access token: send "Authorization: Bearer" and a token from its token endpoint.',
      )
    },
  }
}
