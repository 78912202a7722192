import {
  byDefault,
  duration,
  flag,
  list,
  oneOf,
  secret,
  text,
  url,
  type PropertyKind,
} from '../properties/property-kinds.ts'
import { readProperties, type GivenProperty, type PropertyKeys } from '../properties/read-properties.ts'
import type { ClientAuthMethod, OAuthValues } from './oauth-values.ts'
import { grantTypes, profiles, type GrantType, type ProfileName } from './profiles.ts'

type Words<T extends string> = readonly T[]

const clientAuthMethods: Words<ClientAuthMethod> = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'client_assertion',
  'none',
]

const keys = {
  token: secret('a token that is sent as it is'),
  'grant-type': grantKind(),
  'refresh-token': secret('a refresh token of an earlier login'),
  profile: byDefault(
    oneOf(
      `the product that issues tokens: ${Object.keys(profiles).join(', ')}. Default: generic`,
      Object.keys(profiles) as unknown as Words<ProfileName>,
    ),
    'generic',
  ),
  'issuer-url': url('the issuer, whose metadata says where everything is'),
  'token-endpoint': text(
    'where tokens are asked for, when there is no metadata; may be relative to the catalog',
  ),
  'device-code.endpoint': url('where codes for devices come from, when there is no metadata'),
  'auth-code.endpoint': url('where people log in, when there is no metadata'),
  'auth-code.redirect-uri': text('where people come back to, when that may not be chosen freely'),
  'client-id': text('the id of the client'),
  'client-secret': secret('the secret of the client'),
  'client-secret-file': text('a file with the secret of the client; it is read for each token request'),
  credential: secret('id and secret of the client with a colon between'),
  'client-auth': oneOf('how the client proves who it is. Default: by what is set', clientAuthMethods),
  'client-auth.jwt.private-key': secret('the key to sign with: a file, or PKCS #8 as PEM, or a JWK'),
  'client-auth.jwt.key-id': text('the name of the key at the issuer'),
  'client-auth.jwt.algorithm': text('how to sign. Default: what fits the key'),
  'client-auth.jwt.audience': text('for whom the statement is. Default: the issuer'),
  'client-auth.jwt.issuer': text('who states it. Default: the client id'),
  'client-auth.jwt.subject': text('whom it is about. Default: the client id'),
  'client-auth.jwt.token-lifespan': byDefault(
    duration('how long the statement is good for. Default: PT1M', 10_000, 3_600_000),
    60_000,
  ),
  'client-auth.jwt.extra-claims.*': text('more claims of the statement'),
  'client-auth.assertion-file': text(
    'a file with a JWT that proves who the client is, as Kubernetes makes them',
  ),
  'client-auth.assertion-auth-type': text('the provider whose token proves who the client is'),
  scope: text('the scopes, with spaces between'),
  audience: list('for whom the token is; several with commas'),
  resource: list('for what the token is, as URIs; several with commas'),
  'extra-params.*': text('more parameters of token requests'),
  'token-exchange.subject-token': secret('the token to exchange; ::parent:: for that of the outer session'),
  'token-exchange.subject-token-file': text('a file with it'),
  'token-exchange.subject-token-auth-type': text('the provider whose token it is'),
  'token-exchange.subject-token-type': text('its type. Default: access token'),
  'token-exchange.subject-token.*': text('a configuration of its own to get it with'),
  'token-exchange.actor-token': secret('the token of who acts; ::parent:: for that of the outer session'),
  'token-exchange.actor-token-file': text('a file with it'),
  'token-exchange.actor-token-auth-type': text('the provider whose token it is'),
  'token-exchange.actor-token-type': text('its type. Default: access token'),
  'token-exchange.actor-token.*': text('a configuration of its own to get it with'),
  'token-exchange.requested-token-type': text('the type of token to get. Default: access token'),
  'token-exchange.audiences': list('the same as audience'),
  'token-exchange.resources': list('the same as resource'),
  'jwt-bearer.assertion': secret('the JWT to present; ::parent:: for the token of the outer session'),
  'jwt-bearer.assertion-file': text('a file with it'),
  'jwt-bearer.assertion-auth-type': text('the provider whose token it is'),
  'jwt-bearer.assertion.*': text('a configuration of its own to get it with'),
  'dpop.enabled': byDefault(flag('whether tokens are bound to a key (RFC 9449). Default: false'), false),
  'dpop.algorithm': byDefault(
    oneOf('how proofs are signed. Default: ES256', ['ES256', 'ES384', 'RS256', 'PS256', 'Ed25519']),
    'ES256',
  ),
  'token-refresh.enabled': byDefault(flag('whether tokens are renewed. Default: true'), true),
  'token-refresh.access-token-lifespan': duration(
    'the life of tokens that do not say. Default: PT1H',
    1_000,
    1e12,
  ),
  'token-refresh.access-token-lifespan-ms': duration('the same in milliseconds', 1_000, 1e12),
  'token-refresh.safety-window': duration('how long before its end a token is renewed', 0, 86_400_000),
  'token-refresh.safety-margin': duration('the same', 0, 86_400_000),
  timeout: duration('how long a token may take. Default: PT30S, for people PT15M', 100, 86_400_000),
}

/** The properties of `oauth2`, by their names. */
export const oauthKeys: PropertyKeys = keys

/** @throws AuthError naming the property that is unknown or wrong. */
export function readOAuthKeys(given: ReadonlyMap<string, GivenProperty>, prefix: string): OAuthValues {
  return readProperties(keys, given, prefix)
}

/** A grant by its short name or the one on the wire. */
function grantKind(): PropertyKind<GrantType | undefined> {
  const names = Object.keys(grantTypes) as unknown as Words<GrantType>
  const inner = oneOf(`how tokens are got: ${names.join(', ')}. Default: by what is set`, names)
  return {
    ...inner,
    read: (given, name) =>
      names.find((grant) => grantTypes[grant] === given?.trim()) ?? inner.read(given, name),
  }
}
