import type {
  IssuerClient,
  LegTarget,
  SecondLegProfile,
  SecondLegSettings,
  SubjectTokenKind,
} from './issuer.ts'

type Properties = Readonly<Record<string, string>>

export interface LegEndpoints {
  /** URL of the token endpoint. Undefined: the default of the profile. */
  readonly token: string | undefined
  /** Issuer of the user's token: the default audience of client assertions. */
  readonly issuer: string
  /** Token endpoint and issuer of the second step (profile `chained`). Null: there is no second step. */
  readonly next: { readonly token: string; readonly issuer: string } | null
}

const urn = 'urn:ietf:params:oauth:token-type:'
const step = 'jwt-bearer.assertion.'

/**
 * Profile of the library `@headgate/auth` for each configured form of the token request. `generic` sends the parameters
 * of the RFCs.
 */
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
 * Returns the token request by which the server exchanges a user's token at its issuer (second leg), as properties of
 * `obtainToken` (`@headgate/auth/tokens`): the token of the user is the subject of an exchange (RFC 8693), or an
 * assertion (RFC 7523, Entra's on-behalf-of).
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
    ...clientProperties(client, profile, endpoints.issuer),
    ...targetProperties(target),
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
    ...clientProperties(next.client, profile, endpoints.next.issuer),
    ...targetProperties(next.target),
    ...Object.fromEntries(Object.entries(first).map(([name, value]) => [step + name, value])),
    ...whole,
  }
}

/** Returns the token type of the subject. Google requires the type JWT for an access token that is a JWT. */
function subjectType(kind: SubjectTokenKind | 'opaque', profile: SecondLegProfile): string {
  if (kind === 'id_token') return `${urn}id_token`
  return profile === 'google-sts' && kind !== 'opaque' ? `${urn}jwt` : `${urn}access_token`
}

function requestedType({ requestedTokenType, profile }: SecondLegSettings): string {
  return requestedTokenType ?? `${urn}${profile === 'chained' ? 'jwt' : 'access_token'}`
}

function targetProperties({ audiences, resources, scope, parameters }: LegTarget): Properties {
  return {
    ...(audiences.length === 0 ? {} : { audience: audiences.join(',') }),
    ...(resources.length === 0 ? {} : { resource: resources.join(',') }),
    ...(scope === null ? {} : { scope }),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [`extra-params.${name}`, value])),
  }
}

function clientProperties(
  client: IssuerClient | null,
  profile: SecondLegProfile,
  issuer: string,
): Properties {
  if (client === null) return {}
  const { id, proof } = client
  if (proof.method !== 'private_key_jwt')
    return { 'client-id': id, 'client-auth': proof.method, 'client-secret': proof.secret.reveal() }
  // Entra requires its token endpoint as the audience, which is the default.
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
