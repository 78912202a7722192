import { timingSafeEqual } from 'node:crypto'
import { sha256Hex } from './sha256-hex.ts'
import { formatScope, type CredentialScope } from './scope.ts'
import type { SigningKey } from './signing-keys.ts'

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** Signature of a request, with the values that are needed to sign the chunks of its body. */
export interface Seed {
  /** Signature: 64 lower-case hexadecimal digits. */
  readonly signature: string
  /** Signing time in the form `20150830T123600Z`. */
  readonly timestamp: string
  readonly scope: CredentialScope
  readonly signingKey: SigningKey
}

/** Returns the string to sign of Signature Version 4 for a canonical request. */
export function stringToSign(timestamp: string, scope: CredentialScope, canonicalRequest: string): string {
  return `${ALGORITHM}\n${timestamp}\n${formatScope(scope)}\n${sha256Hex(canonicalRequest)}`
}

/**
 * Returns whether two signatures are equal. The time of the comparison does not depend on the position of the first
 * difference.
 */
export function sameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}
