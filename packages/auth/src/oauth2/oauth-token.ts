import type { TokenEndpointResponse } from 'oauth4webapi'
import type { Party, Provenance } from '../provenance.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtActors, jwtExpiry, jwtParty } from '../token-expiry.ts'
import { tokenTypes, type Token } from '../token.ts'
import type { GrantType, Target } from './profiles.ts'

/** Access token, with the refresh token that may renew it. */
export interface OAuthToken extends Token {
  readonly expiresAt: number
  readonly provenance: Provenance
  readonly refreshToken: Secret | undefined
}

/** Facts about the token request, which the response does not contain. */
export interface TokenOrigin {
  readonly obtainedBy: GrantType
  readonly renewableBy: readonly GrantType[]
  readonly target: string
  /** Assumed validity of a token whose response contains no expiry, in ms. */
  readonly lifespanMs: number
  /**
   * Previous token, which the request renewed. If the new token has no subject or no refresh token, it keeps the
   * subject or refresh token of the previous token (RFC 6749 section 6).
   */
  readonly before: OAuthToken | undefined
}

/**
 * Converts the response of a token endpoint to a token with expiry and provenance.
 *
 * @throws {AuthError} malformed, for a token that cannot be sent in a header
 */
export function toOAuthToken(response: TokenEndpointResponse, origin: TokenOrigin, now: number): OAuthToken {
  const value = checkToken(response.access_token, 'The token in the response of the token endpoint')
  const statedExpiry =
    response.expires_in === undefined ? jwtExpiry(value) : now + response.expires_in * 1_000
  const idToken = typeof response.id_token === 'string' ? response.id_token : undefined
  const who = findParty(value, idToken) ?? origin.before?.provenance.who
  const actors = jwtActors(value)
  const issuedType = response['issued_token_type']
  const refreshToken =
    response.refresh_token === undefined ? origin.before?.refreshToken : new Secret(response.refresh_token)
  return {
    value: new Secret(value),
    expiresAt: statedExpiry ?? now + origin.lifespanMs,
    type: typeof issuedType === 'string' ? issuedType : tokenTypes.accessToken,
    refreshToken,
    ...(idToken === undefined ? {} : { idToken: new Secret(idToken) }),
    provenance: {
      ...(who === undefined ? {} : { who }),
      ...(actors.length === 0 ? {} : { actors }),
      target: origin.target,
      obtainedBy: origin.obtainedBy,
      renewableBy: origin.renewableBy,
    },
  }
}

function findParty(accessToken: string, idToken: string | undefined): Party | undefined {
  return jwtParty(accessToken) ?? (idToken === undefined ? undefined : jwtParty(idToken))
}

/** Describes the issuer and the target of a token in one text. A session refuses a renewed token with another text. */
export function describeTarget(issuer: string, { audiences, resources, scope }: Target): string {
  return [
    issuer,
    ...audiences.toSorted().map((audience) => `audience=${audience}`),
    ...resources.toSorted().map((resource) => `resource=${resource}`),
    ...(scope === undefined ? [] : [`scope=${scope}`]),
  ].join(' ')
}
