import type { GivenProperty, PropertyGroup } from '../properties/read-properties.ts'
import { wrongProperty } from '../properties/wrong-property.ts'
import type { Secret } from '../secret.ts'
import { readClient, type ClientSettings } from './client-settings.ts'
import { readOAuthKeys } from './oauth-keys.ts'
import type { InputName, OAuthValues } from './oauth-values.ts'
import type { GrantType, ProfileName, Target } from './profiles.ts'

/** Where a token that goes into a request comes from: one of them. */
export interface TokenInput {
  readonly property: string
  readonly value: Secret | undefined
  readonly file: string | undefined
  readonly authType: string | undefined
  readonly nested: OAuthSettings | undefined
  /** RFC 8693 section 3, if the configuration says it. */
  readonly type: string | undefined
}

/** A configuration of `oauth2`, read and free of contradictions. */
export interface OAuthSettings {
  /** What stands before the names of its properties: `rest.auth.oauth2.` */
  readonly prefix: string
  readonly token: Secret | undefined
  readonly profile: ProfileName
  readonly issuer: string | undefined
  readonly tokenEndpoint: string | undefined
  readonly deviceEndpoint: string | undefined
  readonly authorizationEndpoint: string | undefined
  readonly redirectUri: string | undefined
  readonly grant: GrantType
  /** Whether somebody has to log in before there is a first token. */
  readonly asksPeople: boolean
  readonly refreshToken: Secret | undefined
  readonly client: ClientSettings
  readonly target: Target
  readonly extra: PropertyGroup
  readonly subject: TokenInput | undefined
  readonly actor: TokenInput | undefined
  readonly assertion: TokenInput | undefined
  readonly requestedTokenType: string | undefined
  readonly dpop: string | undefined
  readonly renew: boolean
  /** Milliseconds. */
  readonly lifespanMs: number
  readonly aheadMs: number | undefined
  readonly timeoutMs: number
}

/** Configurations may stand in each other this deep. */
const MAX_DEPTH = 4

/** What a request says itself, and nobody may replace. */
const ownParameters =
  /^(grant_type|client_(id|secret|assertion|assertion_type)|(subject|actor)_token(_type)?|assertion|refresh_token|code|code_verifier|device_code|redirect_uri|scope|audience|resource)$/

/**
 * Reads a configuration of `oauth2`, with those that stand in it.
 *
 * @throws AuthError naming the property that is wrong or missing.
 */
export function readOAuthSettings(
  given: ReadonlyMap<string, GivenProperty>,
  prefix: string,
  depth = 0,
): OAuthSettings {
  if (depth > MAX_DEPTH) throw wrongProperty(prefix, 'token-exchange', 'configurations are nested too deep')
  const values = readOAuthKeys(given, prefix)
  const input = (name: InputName): TokenInput | undefined => readInput(values, name, prefix, depth)
  const [subject, actor] = [input('token-exchange.subject-token'), input('token-exchange.actor-token')]
  const assertion = input('jwt-bearer.assertion')
  const grant = values['grant-type'] ?? inferGrant(values, subject, assertion)
  checkInputs(grant, { subject, actor, assertion, refreshToken: values['refresh-token'] }, prefix)
  for (const name of values['extra-params.*'].keys()) {
    if (ownParameters.test(name))
      throw wrongProperty(prefix, `extra-params.${name}`, 'it has a property of its own')
  }
  const aheadMs = values['token-refresh.safety-window'] ?? values['token-refresh.safety-margin']
  const people = grant === 'device_code' || grant === 'authorization_code'
  const asksPeople =
    (people && values['refresh-token'] === undefined) ||
    [subject, actor, assertion].some((each) => each?.nested?.asksPeople === true)
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
    asksPeople,
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
    aheadMs,
    timeoutMs: values.timeout ?? (people || asksPeople ? 900_000 : 30_000),
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
  const ways = [value, file, authType, group.size === 0 ? undefined : group].filter(
    (way) => way !== undefined,
  )
  if (ways.length > 1)
    throw wrongProperty(prefix, name, 'set it, or its file, or its auth-type, or what is below it')
  if (ways.length === 0) {
    if (type !== undefined) throw wrongProperty(prefix, `${name}-type`, `there is no ${name} for it`)
    return undefined
  }
  return {
    property: `${prefix}${name}`,
    value,
    file,
    authType,
    nested: group.size === 0 ? undefined : nestedSettings(group, `${prefix}${name}.`, depth),
    type,
  }
}

function nestedSettings(group: PropertyGroup, prefix: string, depth: number): OAuthSettings {
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

/** Each grant has what it needs, and nothing stands there without effect. */
function checkInputs(
  grant: GrantType,
  inputs: { subject: unknown; actor: unknown; assertion: unknown; refreshToken: unknown },
  prefix: string,
): void {
  const { subject, actor, assertion, refreshToken } = inputs
  const needs = (given: unknown, name: string, by: GrantType): void => {
    if (grant === by && given === undefined) throw wrongProperty(prefix, name, `grant-type=${by} needs it`)
    if (grant !== by && given !== undefined)
      throw wrongProperty(prefix, name, `only grant-type=${by} uses it`)
  }
  needs(subject, 'token-exchange.subject-token', 'token-exchange')
  needs(assertion, 'jwt-bearer.assertion', 'jwt-bearer')
  if (grant === 'refresh_token') needs(refreshToken, 'refresh-token', 'refresh_token')
  if (actor !== undefined && grant !== 'token-exchange') {
    throw wrongProperty(prefix, 'token-exchange.actor-token', 'only grant-type=token-exchange uses it')
  }
  // A person who logged in before need not do it again; a service has no such token.
  const people = grant === 'device_code' || grant === 'authorization_code'
  if (refreshToken !== undefined && grant !== 'refresh_token' && !people) {
    throw wrongProperty(prefix, 'refresh-token', `grant-type=${grant} does not use it`)
  }
}
