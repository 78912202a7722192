import { wrongProperty } from '../properties/wrong-property.ts'

/** Value of `grant_type` in token requests, by the name of the grant in a configuration. */
export const grantTypes = {
  client_credentials: 'client_credentials',
  refresh_token: 'refresh_token',
  'token-exchange': 'urn:ietf:params:oauth:grant-type:token-exchange',
  'jwt-bearer': 'urn:ietf:params:oauth:grant-type:jwt-bearer',
  device_code: 'urn:ietf:params:oauth:grant-type:device_code',
  authorization_code: 'authorization_code',
} as const

export type GrantType = keyof typeof grantTypes

/** Returns whether a grant requires a person to log in. */
export function isLogin(grant: GrantType): boolean {
  return grant === 'device_code' || grant === 'authorization_code'
}

/** Configured target of a token: its scope, audiences and resources. */
export interface Target {
  readonly audiences: readonly string[]
  readonly resources: readonly string[]
  readonly scope: string | undefined
}

export type FormParameters = readonly (readonly [name: string, value: string])[]

/** Differences between one product, such as Keycloak, and the OAuth 2 standard. */
export interface Profile {
  /**
   * Returns the token request parameters that name the target of the token.
   *
   * @throws {AuthError} configuration, for a target that the product does not support
   */
  readonly target: (target: Target, grant: GrantType, prefix: string) => FormParameters
  /** Returns further token request parameters that the product requires for a grant. */
  readonly extra?: (grant: GrantType) => FormParameters
  readonly tokenEndpoint?: string
  /** Method of client authentication that is used if the configuration names none. */
  readonly clientAuth?: 'client_secret_post' | 'anonymous'
  /** Audience of the client's JWT assertion. Default: the issuer (RFC 7523bis). */
  readonly assertionAudience?: 'token-endpoint'
}

/**
 * Profile of the OAuth standards: one parameter for each audience and each resource (RFC 8693 section 2.1, RFC 8707).
 */
const standard: Profile = {
  target: ({ audiences, resources, scope }) => [
    ...audiences.map((audience) => ['audience', audience] as const),
    ...resources.map((resource) => ['resource', resource] as const),
    ...scopeParameter(scope),
  ],
}

/**
 * Profile of Keycloak 26.2 and later. Audiences are client ids, and must be among the audiences that the scopes and
 * mappers of the client allow.
 */
const keycloak: Profile = {
  target: ({ audiences, resources, scope }, _, prefix) => {
    if (resources.length > 0) {
      throw wrongProperty(prefix, 'resource', 'Keycloak ignores resources: name the client id in audience')
    }
    return [...audiences.map((audience) => ['audience', audience] as const), ...scopeParameter(scope)]
  },
}

/**
 * Profile of Microsoft Entra. The scope contains the target of the token. On-behalf-of requests use RFC 7523, because
 * Entra does not support RFC 8693.
 */
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
      throw wrongProperty(prefix, 'scope', 'Entra requires a scope: set api://<application>/.default')
    }
    return [['scope', words.join(' ')]]
  },
  extra: (grant) => (grant === 'jwt-bearer' ? [['requested_token_use', 'on_behalf_of']] : []),
  clientAuth: 'client_secret_post',
  assertionAudience: 'token-endpoint',
}

/** Profile of Okta. Only custom authorization servers exchange tokens, and they require an audience and a scope. */
const okta: Profile = {
  target: (target, grant, prefix) => {
    const { audiences, resources, scope } = target
    if (grant === 'token-exchange') {
      if (audiences.length === 0)
        throw wrongProperty(prefix, 'audience', 'Okta requires the audience of the new token')
      if (scope === undefined)
        throw wrongProperty(prefix, 'scope', 'Okta requires the scope of the new token')
    }
    if (resources.length > 0)
      throw wrongProperty(prefix, 'resource', 'Okta does not support resources: use audience')
    return grant === 'token-exchange' ? standard.target(target, grant, prefix) : scopeParameter(scope)
  },
}

/** Profile of Auth0. A token is valid for one API, whose identifier is the audience. */
const auth0: Profile = {
  target: ({ audiences, resources, scope }, grant, prefix) => {
    const [audience, ...others] = new Set([...audiences, ...resources])
    if (others.length > 0)
      throw wrongProperty(prefix, 'audience', 'Auth0 issues tokens for one API: set one audience or resource')
    if (audience === undefined && grant === 'client_credentials') {
      throw wrongProperty(prefix, 'audience', 'Auth0 requires the identifier of the API')
    }
    return [...(audience === undefined ? [] : [['audience', audience] as const]), ...scopeParameter(scope)]
  },
  clientAuth: 'client_secret_post',
}

/**
 * Profile of Google's Security Token Service, for workload and workforce federation. Clients are not authenticated.
 */
const googleSts: Profile = {
  target: ({ audiences, resources, scope }, _, prefix) => {
    const [audience] = audiences
    if (audience === undefined || audiences.length > 1 || resources.length > 0) {
      const form = '//iam.googleapis.com/…/workloadIdentityPools/…/providers/…'
      throw wrongProperty(prefix, 'audience', `Google requires one identity provider: set ${form}`)
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

function scopeParameter(scope: string | undefined): FormParameters {
  return scope === undefined || scope === '' ? [] : [['scope', scope]]
}
