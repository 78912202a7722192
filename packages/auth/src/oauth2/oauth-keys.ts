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
  token: secret('a token that is sent unchanged; no token is requested'),
  'grant-type': grantKind(),
  'refresh-token': secret('a refresh token of an earlier login'),
  profile: byDefault(
    oneOf(
      `the product that issues tokens: ${Object.keys(profiles).join(', ')}. Default: generic`,
      Object.keys(profiles) as unknown as Words<ProfileName>,
    ),
    'generic',
  ),
  'issuer-url': url('the issuer, whose metadata contains the endpoints'),
  'token-endpoint': text('the token endpoint of a server without metadata; may be relative to the catalog'),
  'device-code.endpoint': url('the device authorization endpoint of a server without metadata'),
  'auth-code.endpoint': url('the authorization endpoint of a server without metadata'),
  'auth-code.redirect-uri': text('the redirect URI, if the issuer accepts only a registered one'),
  'client-id': text('the id of the client'),
  'client-secret': secret('the secret of the client'),
  'client-secret-file': text('a file with the secret of the client; it is read for each token request'),
  credential: secret('the id and the secret of the client, separated by a colon'),
  'client-auth': oneOf(
    'the method of client authentication. Default: by the properties that are set',
    clientAuthMethods,
  ),
  'client-auth.jwt.private-key': secret('the key that signs the assertion: a file, PKCS #8 as PEM, or a JWK'),
  'client-auth.jwt.key-id': text('the id of the key at the issuer'),
  'client-auth.jwt.algorithm': text('the signature algorithm. Default: by the kind of the key'),
  'client-auth.jwt.audience': text('the audience of the assertion. Default: the issuer'),
  'client-auth.jwt.issuer': text('the issuer of the assertion. Default: the client id'),
  'client-auth.jwt.subject': text('the subject of the assertion. Default: the client id'),
  'client-auth.jwt.token-lifespan': byDefault(
    duration('the validity of the assertion. Default: PT1M', 10_000, 3_600_000),
    60_000,
  ),
  'client-auth.jwt.extra-claims.*': text('additional claims of the assertion'),
  'client-auth.assertion-file': text(
    'a file with a JWT that authenticates the client, such as a projected token of Kubernetes',
  ),
  'client-auth.assertion-auth-type': text('the provider whose token authenticates the client'),
  scope: text('the scopes, separated by spaces'),
  audience: list('the audiences of the token, separated by commas'),
  resource: list('the URIs of the resources that the token is for, separated by commas'),
  'extra-params.*': text('additional parameters of token requests'),
  'token-exchange.subject-token': secret(
    'the token to exchange; ::parent:: for the token of the parent session',
  ),
  'token-exchange.subject-token-file': text('a file with the token to exchange'),
  'token-exchange.subject-token-auth-type': text('the provider whose token is exchanged'),
  'token-exchange.subject-token-type': text('the type of the token to exchange. Default: access token'),
  'token-exchange.subject-token.*': text('the separate configuration that obtains the token to exchange'),
  'token-exchange.actor-token': secret(
    'the token of the actor; ::parent:: for the token of the parent session',
  ),
  'token-exchange.actor-token-file': text('a file with the token of the actor'),
  'token-exchange.actor-token-auth-type': text('the provider whose token is that of the actor'),
  'token-exchange.actor-token-type': text('the type of the token of the actor. Default: access token'),
  'token-exchange.actor-token.*': text('the separate configuration that obtains the token of the actor'),
  'token-exchange.requested-token-type': text('the type of the requested token. Default: access token'),
  'token-exchange.audiences': list('another name of audience'),
  'token-exchange.resources': list('another name of resource'),
  'jwt-bearer.assertion': secret('the JWT to present; ::parent:: for the token of the parent session'),
  'jwt-bearer.assertion-file': text('a file with the JWT to present'),
  'jwt-bearer.assertion-auth-type': text('the provider whose token is the JWT to present'),
  'jwt-bearer.assertion.*': text('the separate configuration that obtains the JWT to present'),
  'dpop.enabled': byDefault(flag('whether tokens are bound to a key (RFC 9449). Default: false'), false),
  'dpop.algorithm': byDefault(
    oneOf('the signature algorithm of proofs. Default: ES256', [
      'ES256',
      'ES384',
      'RS256',
      'PS256',
      'Ed25519',
    ]),
    'ES256',
  ),
  'token-refresh.enabled': byDefault(flag('whether tokens are renewed. Default: true'), true),
  'token-refresh.access-token-lifespan': duration(
    'the validity of tokens that do not state it. Default: PT1H',
    1_000,
    1e12,
  ),
  'token-refresh.access-token-lifespan-ms': duration(
    'another name of token-refresh.access-token-lifespan',
    1_000,
    1e12,
  ),
  'token-refresh.safety-window': duration(
    'the time before the expiry of a token at which the token is renewed',
    0,
    86_400_000,
  ),
  'token-refresh.safety-margin': duration('another name of token-refresh.safety-window', 0, 86_400_000),
  timeout: duration(
    'the time limit for obtaining a token. Default: PT30S; with a login PT15M',
    100,
    86_400_000,
  ),
}

/** Properties of `oauth2`, by name. */
export const oauthKeys: PropertyKeys = keys

/**
 * Reads the properties of `oauth2`.
 *
 * @throws {AuthError} configuration, for an unknown or invalid property
 */
export function readOAuthKeys(given: ReadonlyMap<string, GivenProperty>, prefix: string): OAuthValues {
  return readProperties(keys, given, prefix)
}

/**
 * Describes the property `grant-type`. Its value is the short name of a grant, or the value of `grant_type` in token
 * requests.
 */
function grantKind(): PropertyKind<GrantType | undefined> {
  const names = Object.keys(grantTypes) as unknown as Words<GrantType>
  const inner = oneOf(`the grant: ${names.join(', ')}. Default: by the properties that are set`, names)
  return {
    ...inner,
    read: (text, name) => names.find((grant) => grantTypes[grant] === text?.trim()) ?? inner.read(text, name),
  }
}
