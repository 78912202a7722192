import type {
  IssuerClient,
  LegTarget,
  SecondLegProfile,
  SecondLegSettings,
  SubjectTokenKind,
} from './issuer.ts'

type Properties = Readonly<Record<string, string>>

export interface LegEndpoints {
  /** Undefined: the one that the profile knows. */
  readonly token: string | undefined
  /** Whom a client's own statement is for, where nothing else is said. */
  readonly issuer: string
  /** Of the second step. */
  readonly next: { readonly token: string; readonly issuer: string } | null
}

const urn = 'urn:ietf:params:oauth:token-type:'
const step = 'jwt-bearer.assertion.'

/** Profiles of `@headgate/auth`: what stands in `generic` is said as the standards say it. */
const authProfiles: Readonly<Record<SecondLegProfile, string>> = {
  keycloak: 'keycloak',
  entra: 'entra',
  okta: 'okta',
  auth0: 'auth0',
  'google-sts': 'google-sts',
  'generic-8693': 'generic',
  'generic-7523': 'generic',
  chained: 'generic',
}

/**
 * The token request of a second leg, as properties of `obtainToken` (`@headgate/auth/tokens`): the token of the user goes
 * in as the subject of an exchange (RFC 8693), or as an assertion (RFC 7523, Entra's on-behalf-of).
 */
export function secondLegRequest(
  settings: SecondLegSettings,
  token: { readonly value: string; readonly kind: SubjectTokenKind | 'opaque' },
  endpoints: LegEndpoints,
): Properties {
  const { profile, client, target, next } = settings
  const first: Properties = {
    profile: authProfiles[profile],
    ...(endpoints.token === undefined ? {} : { 'token-endpoint': endpoints.token }),
    ...clientOf(client, profile, endpoints.issuer),
    ...targetOf(target),
    ...(profile === 'entra' || profile === 'generic-7523'
      ? { 'grant-type': 'jwt-bearer', 'jwt-bearer.assertion': token.value }
      : {
          'grant-type': 'token-exchange',
          'token-exchange.subject-token': token.value,
          'token-exchange.subject-token-type': subjectType(token.kind, profile),
          'token-exchange.requested-token-type': requestedType(settings),
        }),
  }
  const whole = { timeout: String(settings.timeoutMs), 'token-refresh.enabled': 'false' }
  if (next === null || endpoints.next === null) return { ...first, ...whole }
  return {
    profile: 'generic',
    'grant-type': 'jwt-bearer',
    'token-endpoint': endpoints.next.token,
    ...clientOf(next.client, profile, endpoints.next.issuer),
    ...targetOf(next.target),
    ...Object.fromEntries(Object.entries(first).map(([name, value]) => [step + name, value])),
    ...whole,
  }
}

/** Google wants to hear of an access token that is a JWT that it is a JWT. */
function subjectType(kind: SubjectTokenKind | 'opaque', profile: SecondLegProfile): string {
  if (kind === 'id_token') return `${urn}id_token`
  return profile === 'google-sts' && kind !== 'opaque' ? `${urn}jwt` : `${urn}access_token`
}

function requestedType({ requestedTokenType, profile }: SecondLegSettings): string {
  return requestedTokenType ?? `${urn}${profile === 'chained' ? 'jwt' : 'access_token'}`
}

function targetOf({ audiences, resources, scope, parameters }: LegTarget): Properties {
  return {
    ...(audiences.length === 0 ? {} : { audience: audiences.join(',') }),
    ...(resources.length === 0 ? {} : { resource: resources.join(',') }),
    ...(scope === null ? {} : { scope }),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`extra-params.${name}`, value])),
  }
}

function clientOf(client: IssuerClient | null, profile: SecondLegProfile, issuer: string): Properties {
  if (client === null) return {}
  const { id, proof } = client
  if (proof.method !== 'private_key_jwt')
    return { 'client-id': id, 'client-auth': proof.method, 'client-secret': proof.secret.reveal() }
  // Entra wants its token endpoint, which is what the statement is made for when nothing is said.
  const audience = proof.audience ?? (profile === 'entra' ? null : issuer)
  return {
    'client-id': id,
    'client-auth': proof.method,
    'client-auth.jwt.private-key': proof.key.reveal(),
    ...(proof.keyId === null ? {} : { 'client-auth.jwt.key-id': proof.keyId }),
    ...(proof.algorithm === null ? {} : { 'client-auth.jwt.algorithm': proof.algorithm }),
    ...(audience === null ? {} : { 'client-auth.jwt.audience': audience }),
  }
}
