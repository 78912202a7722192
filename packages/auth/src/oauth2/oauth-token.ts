import type { TokenEndpointResponse } from 'oauth4webapi'
import type { Party, Provenance } from '../provenance.ts'
import { Secret } from '../secret.ts'
import { checkToken } from '../token-auth.ts'
import { jwtActors, jwtExpiry, jwtParty } from '../token-expiry.ts'
import { tokenTypes, type Token } from '../token.ts'
import type { GrantType, Target } from './profiles.ts'

/** A token, with what it may be renewed with. */
export interface OAuthToken extends Token {
  readonly expiresAt: number
  readonly provenance: Provenance
  readonly refreshToken: Secret | undefined
}

export interface Origin {
  readonly obtainedBy: GrantType
  readonly renewableBy: readonly GrantType[]
  readonly target: string
  /** Milliseconds, for tokens that do not say. */
  readonly lifespanMs: number
  /** What is renewed with a refresh token: a token that says nothing is of the same (RFC 6749 section 6). */
  readonly before: OAuthToken | undefined
}

/** The token in an answer, with who it is about. */
export function oauthToken(answer: TokenEndpointResponse, origin: Origin, now: number): OAuthToken {
  const value = checkToken(answer.access_token, 'The token in the answer of the token endpoint')
  const said = answer.expires_in === undefined ? jwtExpiry(value) : now + answer.expires_in * 1_000
  const idToken = typeof answer.id_token === 'string' ? answer.id_token : undefined
  const who = whoOf(value, idToken) ?? origin.before?.provenance.who
  const actors = jwtActors(value)
  const issued = answer['issued_token_type']
  const refreshToken =
    answer.refresh_token === undefined ? origin.before?.refreshToken : new Secret(answer.refresh_token)
  return {
    value: new Secret(value),
    expiresAt: said ?? now + origin.lifespanMs,
    type: typeof issued === 'string' ? issued : tokenTypes.accessToken,
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

function whoOf(accessToken: string, idToken: string | undefined): Party | undefined {
  return jwtParty(accessToken) ?? (idToken === undefined ? undefined : jwtParty(idToken))
}

/** Where a token comes from and what it is for, as one text. */
export function targetText(issuer: string, { audiences, resources, scope }: Target): string {
  return [
    issuer,
    ...audiences.toSorted().map((audience) => `audience=${audience}`),
    ...resources.toSorted().map((resource) => `resource=${resource}`),
    ...(scope === undefined ? [] : [`scope=${scope}`]),
  ].join(' ')
}
