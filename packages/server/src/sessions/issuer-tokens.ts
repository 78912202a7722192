import type { KeyRing } from '../keys/key-ring.ts'
import { openToken, sealToken } from '../keys/sealed-token.ts'

/** Tokens of an issuer that a session keeps. */
export interface KeptTokens {
  /** Null: the session ends with its token. */
  readonly refreshToken: string | null
  /** Hint for the sign-out at the issuer. */
  readonly idToken: string | null
}

const kind = { purpose: 'console-session', context: 'tokens of the issuer' } as const
/** Tokens of some issuers contain hundreds of groups. */
const maxLength = 200_000

/** Seals the tokens of an issuer for the row of their session. */
export function sealTokens(ring: KeyRing, tokens: KeptTokens): string {
  return sealToken(ring, kind, JSON.stringify(tokens)).token
}

/** Opens sealed tokens. Returns null when their key was removed. */
export function openTokens(ring: KeyRing, sealed: string): KeptTokens | null {
  const opened = openToken(ring, kind, sealed, maxLength)
  return opened.ok ? (JSON.parse(opened.plain) as KeptTokens) : null
}
