import type { GivenProperty, PropertyGroup } from '../properties/read-properties.ts'
import { wrongProperty } from '../properties/wrong-property.ts'
import type { Secret } from '../secret.ts'
import { readClient, type ClientSettings } from './client-settings.ts'
import { readOAuthKeys } from './oauth-keys.ts'
import type { InputName, OAuthValues } from './oauth-values.ts'
import { isLogin, type GrantType, type ProfileName, type Target } from './profiles.ts'

/**
 * Source of a token that is sent in a token request, such as the subject token. Exactly one of `value`, `file`,
 * `authType` and `nested` is set.
 */
export interface TokenInput {
  readonly property: string
  readonly value: Secret | undefined
  readonly file: string | undefined
  readonly authType: string | undefined
  readonly nested: OAuthSettings | undefined
  /** Configured type of the token (RFC 8693 section 3). */
  readonly type: string | undefined
}

/** Validated settings of `oauth2`. */
export interface OAuthSettings {
  /** Prefix of the property names: `rest.auth.oauth2.` */
  readonly prefix: string
  readonly token: Secret | undefined
  readonly profile: ProfileName
  readonly issuer: string | undefined
  readonly tokenEndpoint: string | undefined
  readonly deviceEndpoint: string | undefined
  readonly authorizationEndpoint: string | undefined
  readonly redirectUri: string | undefined
  readonly grant: GrantType
  /** Whether a person must log in before the first token is issued. */
  readonly needsLogin: boolean
  readonly refreshToken: Secret | undefined
  readonly client: ClientSettings
  readonly target: Target
  readonly extra: PropertyGroup
  readonly subject: TokenInput | undefined
  readonly actor: TokenInput | undefined
  readonly assertion: TokenInput | undefined
  readonly requestedTokenType: string | undefined
  /** Signature algorithm of DPoP proofs. Undefined: tokens are not bound to a key. */
  readonly dpop: string | undefined
  readonly renew: boolean
  /** Validity in ms of tokens whose response contains no expiry. */
  readonly lifespanMs: number
  /** Time in ms before the expiry of a token at which the token is renewed. */
  readonly refreshAheadMs: number | undefined
  readonly timeoutMs: number
}

/** Maximum number of levels of OAuth configurations within a configuration. */
const MAX_DEPTH = 4

/** Parameters of token requests that `extra-params` must not replace. */
const reservedParameters =
  /^(grant_type|client_(id|secret|assertion|assertion_type)|(subject|actor)_token(_type)?|assertion|refresh_token|code|code_verifier|device_code|redirect_uri|scope|audience|resource)$/

/**
 * Reads an OAuth configuration and the configurations that it contains.
 *
 * @throws {AuthError} configuration, for a property that is invalid, missing or not used
 */
export function readOAuthSettings(
  given: ReadonlyMap<string, GivenProperty>,
  prefix: string,
  depth = 0,
): OAuthSettings {
  if (depth > MAX_DEPTH)
    throw wrongProperty(prefix, 'token-exchange', `nest at most ${MAX_DEPTH} configurations`)
  const values = readOAuthKeys(given, prefix)
  const input = (name: InputName): TokenInput | undefined => readInput(values, name, prefix, depth)
  const [subject, actor] = [input('token-exchange.subject-token'), input('token-exchange.actor-token')]
  const assertion = input('jwt-bearer.assertion')
  const grant = values['grant-type'] ?? inferGrant(values, subject, assertion)
  checkInputs(grant, { subject, actor, assertion, refreshToken: values['refresh-token'] }, prefix)
  for (const name of values['extra-params.*'].keys()) {
    if (reservedParameters.test(name))
      throw wrongProperty(
        prefix,
        `extra-params.${name}`,
        'remove this parameter: the provider or another property sets it',
      )
  }
  const refreshAheadMs = values['token-refresh.safety-window'] ?? values['token-refresh.safety-margin']
  const needsLogin =
    (isLogin(grant) && values['refresh-token'] === undefined) ||
    [subject, actor, assertion].some((each) => each?.nested?.needsLogin === true)
  return {
    prefix,
    token: values.token,
    profile: values.profile,
    issuer: values['issuer-url'],
    tokenEndpoint: values['token-endpoint'],
    deviceEndpoint: values['device-code.endpoint'],
    authorizationEndpoint: values['auth-code.endpoint'],
    redirectUri: values['auth-code.redirect-uri'],
    grant,
    needsLogin,
    refreshToken: values['refresh-token'],
    client: readClient(values, prefix),
    target: {
      audiences: [...new Set([...(values.audience ?? []), ...(values['token-exchange.audiences'] ?? [])])],
      resources: [...new Set([...(values.resource ?? []), ...(values['token-exchange.resources'] ?? [])])],
      scope: values.scope,
    },
    extra: values['extra-params.*'],
    subject,
    actor,
    assertion,
    requestedTokenType: values['token-exchange.requested-token-type'],
    dpop: values['dpop.enabled'] ? values['dpop.algorithm'] : undefined,
    renew: values['token-refresh.enabled'],
    lifespanMs:
      values['token-refresh.access-token-lifespan'] ??
      values['token-refresh.access-token-lifespan-ms'] ??
      3_600_000,
    refreshAheadMs,
    timeoutMs: values.timeout ?? (isLogin(grant) || needsLogin ? 900_000 : 30_000),
  }
}

function readInput(
  values: OAuthValues,
  name: InputName,
  prefix: string,
  depth: number,
): TokenInput | undefined {
  const value = values[name]
  const file = values[`${name}-file`]
  const authType = values[`${name}-auth-type`]
  const group = values[`${name}.*`]
  const type = name === 'jwt-bearer.assertion' ? undefined : values[`${name}-type`]
  const sources = [value, file, authType, group.size === 0 ? undefined : group].filter(
    (source) => source !== undefined,
  )
  if (sources.length > 1)
    throw wrongProperty(prefix, name, `set only one of ${name}, ${name}-file, ${name}-auth-type, ${name}.*`)
  if (sources.length === 0) {
    if (type !== undefined)
      throw wrongProperty(prefix, `${name}-type`, `set ${name} too, or remove ${name}-type`)
    return undefined
  }
  return {
    property: `${prefix}${name}`,
    value,
    file,
    authType,
    nested: group.size === 0 ? undefined : readNestedSettings(group, `${prefix}${name}.`, depth),
    type,
  }
}

function readNestedSettings(group: PropertyGroup, prefix: string, depth: number): OAuthSettings {
  const given = [...group].map(([name, value]): [string, GivenProperty] => [
    name,
    { value, writtenAs: `${prefix}${name}` },
  ])
  return readOAuthSettings(new Map(given), prefix, depth + 1)
}

function inferGrant(
  values: OAuthValues,
  subject: TokenInput | undefined,
  assertion: TokenInput | undefined,
): GrantType {
  if (subject !== undefined) return 'token-exchange'
  if (assertion !== undefined) return 'jwt-bearer'
  return values['refresh-token'] === undefined ? 'client_credentials' : 'refresh_token'
}

/** Refuses a grant that lacks a token that it requires, and a configured token that the grant does not use. */
function checkInputs(
  grant: GrantType,
  inputs: { subject: unknown; actor: unknown; assertion: unknown; refreshToken: unknown },
  prefix: string,
): void {
  const { subject, actor, assertion, refreshToken } = inputs
  const checkUse = (input: unknown, name: string, user: GrantType): void => {
    if (grant === user && input === undefined)
      throw wrongProperty(prefix, name, `grant-type=${user} requires this property`)
    if (grant !== user && input !== undefined)
      throw wrongProperty(prefix, name, `only grant-type=${user} uses this property: remove it`)
  }
  checkUse(subject, 'token-exchange.subject-token', 'token-exchange')
  checkUse(assertion, 'jwt-bearer.assertion', 'jwt-bearer')
  if (grant === 'refresh_token') checkUse(refreshToken, 'refresh-token', 'refresh_token')
  if (actor !== undefined && grant !== 'token-exchange') {
    const reason = 'only grant-type=token-exchange uses this property: remove it'
    throw wrongProperty(prefix, 'token-exchange.actor-token', reason)
  }
  // Login grants also accept a refresh token: the refresh token of an earlier login replaces the login of a person.
  if (refreshToken !== undefined && grant !== 'refresh_token' && !isLogin(grant)) {
    throw wrongProperty(prefix, 'refresh-token', `grant-type=${grant} does not use this property: remove it`)
  }
}
