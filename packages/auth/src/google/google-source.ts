import type { WaitOptions } from '@headgate/http'
import type { Provenance } from '../provenance.ts'
import type { Token } from '../token.ts'

/** A token of Google, with its end and where it is from. */
export interface GoogleToken extends Token {
  readonly expiresAt: number
  readonly provenance: Provenance
}

/** Something that Google gives tokens for. */
export interface GoogleSource {
  /** A token for Google's services. */
  accessToken(scopes: readonly string[], wait: WaitOptions): Promise<GoogleToken>
  /** A token that says who it is, for what runs behind Cloud Run or Identity-Aware Proxy. */
  idToken?(audience: string, wait: WaitOptions): Promise<GoogleToken>
  /** The project that calls are counted for, if the credentials say. */
  readonly quotaProject?: string | undefined
}

export const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'

/** Where Google's tokens come from, renewed the same way. */
export function fromGoogle(way: string, subject?: string): Provenance {
  return {
    ...(subject === undefined ? {} : { who: { issuer: 'https://accounts.google.com', subject } }),
    obtainedBy: way,
    renewableBy: [way],
  }
}
