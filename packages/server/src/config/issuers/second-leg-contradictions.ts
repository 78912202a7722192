import type { IssuerEntry } from './schema.ts'
import type { LegClientEntry, SecondLegEntry } from './second-leg-schema.ts'

/**
 * What in `secondLeg` cannot be meant, as sentences.
 *
 * @param issuers the names of all configured issuers
 */
export function* secondLegContradictions(entry: IssuerEntry, issuers: readonly string[]): Generator<string> {
  const { secondLeg: leg } = entry
  if (leg === undefined) return
  const { profile, next, subjectAudience, clientId, tokenEndpoint } = leg
  if (profile === 'google-sts') {
    if (clientSettings.some((name) => leg[name] !== undefined))
      yield 'secondLeg: clients have no name at Google, leave out the client and what proves it.'
    if (subjectAudience === undefined)
      yield 'secondLeg needs subjectAudience: the aud of tokens that the pool of identities takes.'
  } else {
    yield* clientContradictions(leg, 'secondLeg')
    if (entry.jwksUri !== undefined && tokenEndpoint === undefined)
      yield 'secondLeg needs its tokenEndpoint, because with a jwksUri the metadata of the issuer are not read.'
  }
  yield* targetContradictions(leg)
  yield* requestContradictions(leg, 'secondLeg')
  if ((profile === 'chained') !== (next !== undefined))
    yield 'secondLeg: chained, and no other profile, has next, the issuer at which the result is presented.'
  if (next !== undefined) {
    yield* clientContradictions(next, 'secondLeg.next')
    yield* requestContradictions(next, 'secondLeg.next')
    if (next.issuer === entry.issuer || !issuers.includes(next.issuer))
      yield `secondLeg.next.issuer must be another issuer of HEADGATE_ISSUERS, by whose rules the answer is verified.`
  }
  const own = [clientId, next?.clientId].filter((id) => id !== undefined)
  if (own.some((id) => entry.actors?.includes(id) === true))
    yield 'actors has the client of secondLeg, which is this server and no engine: take it out.'
  if (entry.subjectTokens?.length === 0)
    yield 'secondLeg exchanges subject tokens, and subjectTokens says that none are taken: keep one.'
}

/** Parameters that have a setting of their own, or that no configuration may say. */
const ownParameters =
  /^(grant_type|client_\w+|(subject|actor)_token(_type)?|requested_token_(type|use)|assertion|scope|audience|resource)$/

/** What `@headgate/auth` could not send as it is meant. */
function* requestContradictions(leg: LegClientEntry, name: string): Generator<string> {
  const own = Object.keys(leg.parameters ?? {}).find((parameter) => ownParameters.test(parameter))
  if (own !== undefined) yield `${name}.parameters has ${own}, which has a setting of its own.`
  for (const list of ['audience', 'resource'] as const)
    if (leg[list]?.some((one) => one.includes(',')) === true)
      yield `${name}.${list} has a comma: write a list, ["one", "other"].`
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

function* clientContradictions(leg: LegClientEntry, name: string): Generator<string> {
  const { clientId, clientSecretEnv, clientSecretFile, privateKeyFile, clientAuth } = leg
  if (clientId === undefined) yield `${name} needs clientId: this server as a client of the issuer.`
  const proofs = [clientSecretEnv, clientSecretFile, privateKeyFile].filter((proof) => proof !== undefined)
  if (proofs.length !== 1)
    yield `${name} needs clientSecretFile, clientSecretEnv or privateKeyFile, one of them.`
  const signs = privateKeyFile !== undefined
  if (clientAuth !== undefined && (clientAuth === 'private_key_jwt') !== signs)
    yield `${name}: clientAuth is ${clientAuth}, and there is ${signs ? 'a privateKeyFile' : 'no privateKeyFile'}.`
  const ofKeys = [leg.keyId, leg.algorithm, leg.assertionAudience]
  if (!signs && ofKeys.some((setting) => setting !== undefined))
    yield `${name}: keyId, algorithm and assertionAudience are of a privateKeyFile, and there is none.`
}

/** What products do not know, or cannot do without. */
function* targetContradictions({ profile, audience, scope, resource }: SecondLegEntry): Generator<string> {
  const wanted = audience?.length ?? 0
  if (resource !== undefined && (profile === 'keycloak' || profile === 'okta'))
    yield `secondLeg: ${profile} knows no resource, name the audience.`
  if (profile === 'entra' && scope === undefined && wanted === 0)
    yield 'secondLeg: entra wants the scope, api://<application>/.default.'
  if (profile === 'okta' && (scope === undefined || wanted === 0))
    yield 'secondLeg: okta wants audience and scope.'
  if (profile === 'auth0' && wanted + (resource?.length ?? 0) > 1)
    yield 'secondLeg: auth0 takes one API for each token, name one audience.'
  if (profile === 'google-sts' && (wanted !== 1 || resource !== undefined))
    yield 'secondLeg: google-sts wants one audience, //iam.googleapis.com/…/providers/….'
}
