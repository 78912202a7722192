import type { PropertyGroup } from '../properties/read-properties.ts'
import type { Secret } from '../secret.ts'
import type { GrantType, ProfileName } from './profiles.ts'

/** Methods of client authentication of the IANA registry, and `client_assertion` for a JWT of another issuer. */
export type ClientAuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'client_assertion'
  | 'none'

/** Names of the properties that contain a token which is sent in a token request. */
export type InputName = 'token-exchange.subject-token' | 'token-exchange.actor-token' | 'jwt-bearer.assertion'

type TextName =
  | 'issuer-url'
  | 'token-endpoint'
  | 'device-code.endpoint'
  | 'auth-code.endpoint'
  | 'auth-code.redirect-uri'
  | 'client-id'
  | 'client-secret-file'
  | `client-auth.jwt.${'key-id' | 'algorithm' | 'audience' | 'issuer' | 'subject'}`
  | `client-auth.assertion-${'file' | 'auth-type'}`
  | 'scope'
  | `${InputName}-${'file' | 'auth-type'}`
  | `token-exchange.${'subject' | 'actor'}-token-type`
  | 'token-exchange.requested-token-type'

type SecretName =
  'token' | 'refresh-token' | 'client-secret' | 'credential' | 'client-auth.jwt.private-key' | InputName

type ListName = 'audience' | 'resource' | 'token-exchange.audiences' | 'token-exchange.resources'

/** Names of the properties whose values are durations in ms. */
type DurationName =
  | 'timeout'
  | 'token-refresh.safety-window'
  | 'token-refresh.safety-margin'
  | 'token-refresh.access-token-lifespan'
  | 'token-refresh.access-token-lifespan-ms'

type GroupName = 'extra-params.*' | 'client-auth.jwt.extra-claims.*' | `${InputName}.*`

/** Values of the properties of `oauth2`. */
export interface OAuthValues
  extends
    Readonly<Record<TextName, string | undefined>>,
    Readonly<Record<SecretName, Secret | undefined>>,
    Readonly<Record<ListName, readonly string[] | undefined>>,
    Readonly<Record<DurationName, number | undefined>>,
    Readonly<Record<GroupName, PropertyGroup>> {
  readonly profile: ProfileName
  readonly 'grant-type': GrantType | undefined
  readonly 'client-auth': ClientAuthMethod | undefined
  readonly 'client-auth.jwt.token-lifespan': number
  readonly 'dpop.enabled': boolean
  readonly 'dpop.algorithm': string
  readonly 'token-refresh.enabled': boolean
}
