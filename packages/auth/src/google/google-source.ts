import type { WaitOptions } from '@headgate/http'
import type { Provenance } from '../provenance.ts'
import type { Token } from '../token.ts'

/** A token of Google, with its expiry in epoch ms and its provenance. */
export interface GoogleToken extends Token {
  readonly expiresAt: number
  readonly provenance: Provenance
}

/** An identity for which Google issues tokens. */
export interface GoogleSource {
  /** Requests an access token for services of Google. */
  accessToken(scopes: readonly string[], wait: WaitOptions): Promise<GoogleToken>
  /** Requests an ID token, for services on Cloud Run or behind Identity-Aware Proxy. */
  idToken?(audience: string, wait: WaitOptions): Promise<GoogleToken>
  /** Google Cloud project that requests are billed to, if the credentials contain one. */
  readonly quotaProject?: string | undefined
}

export const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'

/** Returns the provenance of a Google token that only the method that obtained it may renew. */
export function googleProvenance(method: string, subject?: string): Provenance {
  return {
    ...(subject === undefined ? {} : { who: { issuer: 'https://accounts.google.com', subject } }),
    obtainedBy: method,
    renewableBy: [method],
  }
}
