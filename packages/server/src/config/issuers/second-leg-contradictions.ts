import { findClientContradictions } from './client-schema.ts'
import type { IssuerEntry } from './schema.ts'
import type { LegClientEntry, SecondLegEntry } from './second-leg-schema.ts'

/**
 * Yields an error sentence for each refused combination of settings in `secondLeg` of an issuer. These settings
 * configure the token exchange in which the server requests a token from that issuer.
 *
 * @param issuers names of all configured issuers
 */
export function* findSecondLegContradictions(
  entry: IssuerEntry,
  issuers: readonly string[],
): Generator<string> {
  const { secondLeg: leg } = entry
  if (leg === undefined) return
  const { profile, next, subjectAudience, clientId, tokenEndpoint } = leg
  if (profile === 'google-sts') {
    const refused = clientSettings.filter((name) => leg[name] !== undefined)
    if (refused.length > 0)
      yield `secondLeg: google-sts sends no client authentication: remove ${refused.join(', ')}.`
    if (subjectAudience === undefined)
      yield 'secondLeg needs subjectAudience: the aud of the tokens that the identity pool at Google accepts.'
  } else {
    yield* checkClient(leg, 'secondLeg')
    if (entry.jwksUri !== undefined && tokenEndpoint === undefined)
      yield 'secondLeg needs tokenEndpoint, because the metadata of the issuer are not read when jwksUri is set.'
  }
  yield* checkTarget(leg)
  yield* checkRequest(leg, 'secondLeg')
  if (profile === 'chained' && next === undefined)
    yield 'secondLeg: chained needs next, the issuer to which the result of the exchange is presented.'
  if (profile !== 'chained' && next !== undefined)
    yield `secondLeg: next requires the profile chained, but the profile is ${profile}: remove next.`
  if (next !== undefined) {
    yield* checkClient(next, 'secondLeg.next')
    yield* checkRequest(next, 'secondLeg.next')
    if (next.issuer === entry.issuer || !issuers.includes(next.issuer))
      yield 'secondLeg.next.issuer must be another issuer in HEADGATE_ISSUERS, whose entry defines how its token is verified.'
  }
  const ownClients = [clientId, next?.clientId].filter((id) => id !== undefined)
  if (ownClients.some((id) => entry.actors?.includes(id) === true))
    yield 'actors contains the client of secondLeg, which is this server and not an engine: remove it from actors.'
  if (entry.subjectTokens?.length === 0)
    yield 'secondLeg exchanges subject tokens, but subjectTokens is empty, so none are accepted: remove one of the two settings.'
}

/**
 * Names of token request parameters that `parameters` must not contain, because the server sets them from other
 * settings or from the token.
 */
const reservedParameters =
  /^(grant_type|client_\w+|(subject|actor)_token(_type)?|requested_token_(type|use)|assertion|scope|audience|resource)$/

/**
 * Yields an error sentence for an entry of `parameters` that would replace a parameter of the token request, and for an
 * `audience` or `resource` with a comma, at which `@headgate/auth` would split the value.
 */
function* checkRequest(leg: LegClientEntry, name: string): Generator<string> {
  const reserved = Object.keys(leg.parameters ?? {}).find((parameter) => reservedParameters.test(parameter))
  if (reserved !== undefined)
    yield `${name}.parameters must not contain ${reserved}, because the server sets this parameter itself.`
  for (const list of ['audience', 'resource'] as const)
    if (leg[list]?.some((one) => one.includes(',')) === true)
      yield `${name}.${list} contains a comma: write several values as a list, ["one", "other"].`
}

const clientSettings = [
  'clientId',
  'clientSecretFile',
  'clientSecretEnv',
  'privateKeyFile',
  'keyId',
  'algorithm',
  'assertionAudience',
  'clientAuth',
] as const

function* checkClient(leg: LegClientEntry, name: string): Generator<string> {
  const { clientId, clientSecretEnv, clientSecretFile, privateKeyFile } = leg
  if (clientId === undefined) yield `${name} needs clientId, the id of this server as a client of the issuer.`
  if (clientSecretEnv === undefined && clientSecretFile === undefined && privateKeyFile === undefined)
    yield `${name} needs exactly one of clientSecretFile, clientSecretEnv and privateKeyFile.`
  yield* findClientContradictions(leg, name)
}

/**
 * Yields an error sentence for each target setting (`audience`, `scope`, `resource`) that the product of the issuer
 * does not support or that it requires.
 */
function* checkTarget({ profile, audience, scope, resource }: SecondLegEntry): Generator<string> {
  const audienceCount = audience?.length ?? 0
  if (resource !== undefined && (profile === 'keycloak' || profile === 'okta'))
    yield `secondLeg: ${profile} does not support resource: use audience.`
  if (profile === 'entra' && scope === undefined && audienceCount === 0)
    yield 'secondLeg: entra requires scope: set it to api://<application>/.default.'
  if (profile === 'okta' && (scope === undefined || audienceCount === 0))
    yield 'secondLeg: okta requires audience and scope: set both.'
  if (profile === 'auth0' && audienceCount + (resource?.length ?? 0) > 1)
    yield 'secondLeg: auth0 accepts one API for each token: set one audience.'
  if (profile === 'google-sts' && (audienceCount !== 1 || resource !== undefined))
    yield 'secondLeg: google-sts requires exactly one audience, //iam.googleapis.com/…/providers/…, and no resource.'
}
