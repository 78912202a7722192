import type { ReadyProvider } from '../auth-provider.ts'
import type { CreateOptions } from '../registry.ts'
import { openTyped, type SecretText, type TypedOptions } from './open-typed.ts'

/** Options of {@link oauth2}. The grant is inferred from the options that are set, unless `grantType` names it. */
export interface OAuth2Options extends TypedOptions {
  /** URL of the issuer, whose metadata contains the endpoints. */
  readonly issuer?: string
  /** URL of the token endpoint, for an issuer without metadata. */
  readonly tokenEndpoint?: string
  readonly clientId?: string
  readonly clientSecret?: SecretText
  /** Path of the file with the client secret, which is read for each token request. */
  readonly clientSecretFile?: string
  /**
   * Private key that authenticates the client by `private_key_jwt`: PKCS #8 as PEM, a JWK, or the path of a file with
   * such a key.
   */
  readonly privateKey?: SecretText
  /** The scopes, separated by spaces. */
  readonly scope?: string
  readonly audience?: string | readonly string[]
  readonly resource?: string | readonly string[]
  readonly grantType?: string
  /** A refresh token of an earlier login. */
  readonly refreshToken?: SecretText
  /** The token to exchange (RFC 8693). */
  readonly subjectToken?: SecretText
  /** The token of the party that acts for the subject (RFC 8693). */
  readonly actorToken?: SecretText
  /** The product that issues the tokens: keycloak, entra, okta, auth0, google-sts. Default: generic. */
  readonly profile?: string
  /** Whether tokens are bound to a key with DPoP (RFC 9449). Default: false. */
  readonly dpop?: boolean
  /** Time limit of a token request, in ms. */
  readonly timeoutMs?: number
}

const NAMES = {
  issuer: 'issuer-url',
  privateKey: 'client-auth.jwt.private-key',
  subjectToken: 'token-exchange.subject-token',
  actorToken: 'token-exchange.actor-token',
  dpop: 'dpop.enabled',
  timeoutMs: 'timeout',
} as const

/**
 * Opens a provider that obtains tokens from an OAuth 2 authorization server and renews them.
 *
 * @throws {AuthError} with the property to change, or with the refusal of the issuer
 *
 * @example
 * ```ts
 * const auth = await oauth2({ issuer, clientId: 'etl', clientSecret: 'secret', scope: 'catalog' })
 * console.log((await createFetch(auth)(url)).status)
 * ```
 */
export async function oauth2(options: OAuth2Options, create: CreateOptions = {}): Promise<ReadyProvider> {
  return await openTyped('oauth2', { ...options }, create, NAMES)
}
