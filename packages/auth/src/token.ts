import type { Provenance } from './provenance.ts'
import type { Secret } from './secret.ts'

/** A token of an issuer, and the known facts about it. */
export interface Token {
  readonly value: Secret
  /** Time at which the token expires, in epoch ms. Undefined if the issuer does not state it. */
  readonly expiresAt?: number
  /** Type of the token (RFC 8693 section 3): `urn:ietf:params:oauth:token-type:access_token` and others. */
  readonly type?: string
  readonly provenance?: Provenance
  /**
   * ID token of the response that contained this token. The ID token names the person who logged in (OpenID Connect
   * Core section 2), and can be exchanged.
   */
  readonly idToken?: Secret
}

/** Types of tokens that RFC 8693 section 3 defines. */
export const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  refreshToken: 'urn:ietf:params:oauth:token-type:refresh_token',
  idToken: 'urn:ietf:params:oauth:token-type:id_token',
  saml1: 'urn:ietf:params:oauth:token-type:saml1',
  saml2: 'urn:ietf:params:oauth:token-type:saml2',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const
