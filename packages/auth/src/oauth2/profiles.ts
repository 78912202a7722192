import { wrongProperty } from '../properties/wrong-property.ts'

/** The ways to a token, by the names that configurations use. */
export const grantTypes = {
  client_credentials: 'client_credentials',
  refresh_token: 'refresh_token',
  'token-exchange': 'urn:ietf:params:oauth:grant-type:token-exchange',
  'jwt-bearer': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  authorization_code: 'authorization_code',
} as const

export type GrantType = keyof typeof grantTypes

/** What a token is to be good for, as the configuration has it. */
export interface Target {
  readonly audiences: readonly string[]
  readonly resources: readonly string[]
  readonly scope: string | undefined
}

export type FormParameters = readonly (readonly [name: string, value: string])[]

/** What differs between products that all speak OAuth 2. */
export interface Profile {
  /** How the target is said in a request. @throws AuthError for what this product does not know. */
  readonly target: (target: Target, grant: GrantType, prefix: string) => FormParameters
  /** More parameters of a grant. */
  readonly extra?: (grant: GrantType) => FormParameters
  readonly tokenEndpoint?: string
  /** How the client proves itself when the configuration does not say. */
  readonly clientAuth?: 'client_secret_post' | 'anonymous'
  /** Whom a client's own statement is made for: the issuer (default, RFC 7523bis), or the token endpoint. */
  readonly assertionAudience?: 'token-endpoint'
}

/** RFC 8693 section 2.1 and RFC 8707: each has a parameter of its own, which may be repeated. */
const standard: Profile = {
  target: ({ audiences, resources, scope }) => [
    ...audiences.map((audience) => ['audience', audience] as const),
    ...resources.map((resource) => ['resource', resource] as const),
    ...scopeOf(scope),
  ],
}

/** Keycloak 26.2 and later: audiences are client ids, and filter what scopes and mappers give. */
const keycloak: Profile = {
  target: ({ audiences, resources, scope }, _, prefix) => {
    if (resources.length > 0) {
      throw wrongProperty(prefix, 'resource', 'Keycloak ignores resources: name the client id in audience')
    }
    return [...audiences.map((audience) => ['audience', audience] as const), ...scopeOf(scope)]
  },
}

/** Microsoft Entra: the target is a part of the scope; there is no RFC 8693, on-behalf-of is RFC 7523. */
const entra: Profile = {
  target: ({ audiences, resources, scope }, grant, prefix) => {
    if (grant === 'token-exchange') {
      const fix = 'Entra has no token exchange: set grant-type=jwt-bearer with jwt-bearer.assertion'
      throw wrongProperty(prefix, 'grant-type', fix)
    }
    const targets = [...audiences, ...resources].map((target) =>
      target.endsWith('/.default') ? target : `${target}/.default`,
    )
    const words = [...(scope?.split(/\s+/) ?? []), ...targets].filter((word) => word !== '')
    if (words.length === 0) {
      throw wrongProperty(
        prefix,
        'scope',
        'Entra wants to know for what: set it to api://<application>/.default',
      )
    }
    return [['scope', words.join(' ')]]
  },
  extra: (grant) => (grant === 'jwt-bearer' ? [['requested_token_use', 'on_behalf_of']] : []),
  clientAuth: 'client_secret_post',
  assertionAudience: 'token-endpoint',
}

/** Okta: exchange works at custom authorization servers, and wants audience and scope. */
const okta: Profile = {
  target: (target, grant, prefix) => {
    const { audiences, resources, scope } = target
    if (grant === 'token-exchange') {
      if (audiences.length === 0)
        throw wrongProperty(prefix, 'audience', 'Okta wants the audience of the new token')
      if (scope === undefined) throw wrongProperty(prefix, 'scope', 'Okta wants the scope of the new token')
    }
    if (resources.length > 0) throw wrongProperty(prefix, 'resource', 'Okta knows no resources: use audience')
    return grant === 'token-exchange' ? standard.target(target, grant, prefix) : scopeOf(scope)
  },
}

/** Auth0: one API for each token, named by its identifier in `audience`. */
const auth0: Profile = {
  target: ({ audiences, resources, scope }, grant, prefix) => {
    const [audience, ...others] = new Set([...audiences, ...resources])
    if (others.length > 0) throw wrongProperty(prefix, 'audience', 'Auth0 takes one API for each token')
    if (audience === undefined && grant === 'client_credentials') {
      throw wrongProperty(prefix, 'audience', 'Auth0 wants the identifier of the API')
    }
    return [...(audience === undefined ? [] : [['audience', audience] as const]), ...scopeOf(scope)]
  },
  clientAuth: 'client_secret_post',
}

/** Google's Security Token Service: workload and workforce federation. The client does not prove itself. */
const googleSts: Profile = {
  target: ({ audiences, resources, scope }, _, prefix) => {
    const [audience] = audiences
    if (audience === undefined || audiences.length > 1 || resources.length > 0) {
      const form = '//iam.googleapis.com/…/workloadIdentityPools/…/providers/…'
      throw wrongProperty(prefix, 'audience', `Google wants one provider of identities, as ${form}`)
    }
    return [
      ['audience', audience],
      ['scope', scope ?? 'https://www.googleapis.com/auth/cloud-platform'],
    ]
  },
  tokenEndpoint: 'https://sts.googleapis.com/v1/token',
  clientAuth: 'anonymous',
}

export type ProfileName = 'generic' | 'keycloak' | 'entra' | 'okta' | 'auth0' | 'google-sts'

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  generic: standard,
  keycloak,
  entra,
  okta,
  auth0,
  'google-sts': googleSts,
}

function scopeOf(scope: string | undefined): FormParameters {
  return scope === undefined || scope === '' ? [] : [['scope', scope]]
}
