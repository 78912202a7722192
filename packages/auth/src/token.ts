import type { Provenance } from './provenance.ts'
import type { Secret } from './secret.ts'

/** A token that somebody issued, and what is known of it. */
export interface Token {
  readonly value: Secret
  /** Epoch milliseconds; undefined when it does not say. */
  readonly expiresAt?: number
  /** RFC 8693 section 3: `urn:ietf:params:oauth:token-type:access_token` and others. */
  readonly type?: string
  readonly provenance?: Provenance
  /** What came along for those that exchange it: it says who logged in (OpenID Connect Core section 2). */
  readonly idToken?: Secret
}

/** The token types of RFC 8693 section 3. */
export const tokenTypes = {
  accessToken: 'urn:ietf:params:oauth:token-type:access_token',
  refreshToken: 'urn:ietf:params:oauth:token-type:refresh_token',
  idToken: 'urn:ietf:params:oauth:token-type:id_token',
  saml1: 'urn:ietf:params:oauth:token-type:saml1',
  saml2: 'urn:ietf:params:oauth:token-type:saml2',
  jwt: 'urn:ietf:params:oauth:token-type:jwt',
} as const
