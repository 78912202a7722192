import type { ExternalPurpose } from '../external.ts'
import type { Issuer, SubjectTokenKind } from './issuer.ts'
import type { Claims } from './read-claims.ts'

export type KindCheck = { readonly kind: SubjectTokenKind } | { readonly message: string }

const accessTokenType = /^(application\/)?at\+jwt$/i
const plainType = /^(application\/)?jwt$/i

/**
 * Returns the kind of a JWT: an access token or an id_token. Other JWTs that issuers sign (refresh and logout tokens, DPoP
 * proofs, assertions …) are recognized by their type and refused.
 *
 * An id_token tells a client which user signed in, and every client of the issuer receives such tokens. If the server
 * accepted them as access tokens, each client could act as its users. If the header is not `at+jwt`, a token with one of
 * these properties is an id_token: a claim that binds it to a login (OpenID Connect Core sections 2 and 3.3.2.11), the
 * `typ` of Keycloak's id_tokens, or an audience that is the client itself and no scope.
 */
export function classifyToken(header: Claims, claims: Claims): KindCheck {
  const { typ } = header
  if (typ !== undefined && typeof typ !== 'string')
    return { message: 'The typ in the header of the token must be a string.' }
  if (typ !== undefined && accessTokenType.test(typ)) return { kind: 'access_token' }
  if (typ !== undefined && !plainType.test(typ))
    return {
      message: 'The typ in the header of the token is not that of an access token: send an access token.',
    }
  const said = claims['typ']
  if (said === 'ID') return { kind: 'id_token' }
  if (typeof said === 'string' && !/^(Bearer|DPoP)$/i.test(said))
    return { message: 'The claim typ of the token is not that of an access token: send an access token.' }
  if ('events' in claims)
    return { message: 'The token describes an event and grants no access: send an access token.' }
  const bound = ['nonce', 'at_hash', 'c_hash', 's_hash'].some((name) => name in claims)
  return { kind: bound || isForItsClient(claims) ? 'id_token' : 'access_token' }
}

/**
 * Returns the audiences for which the configuration of the issuer accepts this kind of token, or an error message when it
 * accepts none.
 */
export function audiencesFor(
  issuer: Issuer,
  kind: SubjectTokenKind,
  isTyped: boolean,
  purpose: ExternalPurpose,
  tokenEndpoint: string,
): readonly string[] | string {
  // A token with which a workload authenticates as a client has the token endpoint as its audience. This distinguishes it
  // from other tokens of the issuer, so its kind and its type are not checked.
  if (purpose === 'client') return [tokenEndpoint]
  if (purpose === 'subject' && !issuer.subjectTokens.has(kind))
    return `An ${kind} of this issuer is not accepted as the subject of an exchange: send another kind of token.`
  if (kind === 'id_token')
    return purpose === 'subject'
      ? issuer.idTokenAudiences
      : 'An id_token cannot be used as an access token: send the access token.'
  if (issuer.tokenType === 'at+jwt' && !isTyped)
    return 'The typ of an access token of this issuer must be at+jwt.'
  return accessAudiences(issuer, purpose)
}

/**
 * Returns the accepted audiences of access tokens. If the server exchanges the token at its issuer first, the audience is
 * the client that sends this exchange, and not this server.
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
