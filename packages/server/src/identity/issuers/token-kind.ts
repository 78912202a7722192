import type { ExternalPurpose } from '../external.ts'
import type { Issuer, SubjectTokenKind } from './issuer.ts'
import type { Claims } from './read-claims.ts'

export type KindCheck = { readonly kind: SubjectTokenKind } | { readonly told: string }

const accessTokenType = /^(application\/)?at\+jwt$/i
const plainType = /^(application\/)?jwt$/i

/**
 * Returns the kind of a JWT: an access token or an id_token. Other kinds that issuers sign (refresh and logout tokens, DPoP proofs,
 * assertions …) are recognized by their type and refused.
 *
 * An id_token tells a client who signed in, and every client of the issuer has some: taken as an access token, it would
 * let each of them act as its users. Where the header does not say `at+jwt`, these signs speak for an id_token: the
 * claims that bind one to a log-in (OpenID Connect Core sections 2 and 3.3.2.11), Keycloak's `typ`, and an audience
 * that is the client itself, in a token without a scope.
 */
export function classifyToken(header: Claims, claims: Claims): KindCheck {
  const { typ } = header
  if (typ !== undefined && typeof typ !== 'string') return { told: 'The typ of the token is not a text.' }
  if (typ !== undefined && accessTokenType.test(typ)) return { kind: 'access_token' }
  if (typ !== undefined && !plainType.test(typ))
    return { told: 'The typ of the token says that it is neither an access token nor an id_token.' }
  const said = claims['typ']
  if (said === 'ID') return { kind: 'id_token' }
  if (typeof said === 'string' && !/^(Bearer|DPoP)$/i.test(said))
    return { told: 'The claim typ of the token says that it is neither an access token nor an id_token.' }
  if ('events' in claims) return { told: 'The token describes an event and grants no access.' }
  const bound = ['nonce', 'at_hash', 'c_hash', 's_hash'].some((name) => name in claims)
  return { kind: bound || isForItsClient(claims) ? 'id_token' : 'access_token' }
}

/**
 * Returns the audiences for which the configuration of the issuer accepts this kind of token, or a sentence when it
 * accepts none.
 */
export function audiencesFor(
  issuer: Issuer,
  kind: SubjectTokenKind,
  isTyped: boolean,
  purpose: ExternalPurpose,
  tokenEndpoint: string,
): readonly string[] | string {
  // A platform's token for its workload is what it is, at+jwt or not: its audience, the token endpoint, tells it from
  // the rest.
  if (purpose === 'client') return [tokenEndpoint]
  if (purpose === 'subject' && !issuer.subjectTokens.has(kind))
    return `An ${kind} of this issuer is not taken as the subject of an exchange.`
  if (kind === 'id_token')
    return purpose === 'subject'
      ? issuer.idTokenAudiences
      : 'An id_token cannot be used as an access token: send the access token.'
  if (issuer.tokenType === 'at+jwt' && !isTyped)
    return 'The typ of an access token of this issuer must be at+jwt.'
  return accessAudiences(issuer, purpose)
}

/**
 * Returns the audiences of access tokens. A token that is exchanged at its issuer first is addressed to the client that exchanges it, and not to this server.
 */
export function accessAudiences(issuer: Issuer, purpose: ExternalPurpose): readonly string[] {
  return purpose === 'subject' && issuer.secondLeg !== null
    ? issuer.secondLeg.subjectAudiences
    : issuer.audiences
}

export function isTypedAccess(header: Claims): boolean {
  return typeof header['typ'] === 'string' && accessTokenType.test(header['typ'])
}

function isForItsClient({ aud, azp, scope, scp }: Claims): boolean {
  const [only, ...others] = Array.isArray(aud) ? aud : [aud]
  const hasScope = scope !== undefined || scp !== undefined
  return typeof only === 'string' && others.length === 0 && azp === only && !hasScope
}
