import { timingSafeEqual } from 'node:crypto'
import { sha256Hex } from './sha256-hex.ts'
import { formatScope, type CredentialScope } from './scope.ts'
import type { SigningKey } from './signing-keys.ts'

export const ALGORITHM = 'AWS4-HMAC-SHA256'

/** The signature of a request, with the values that sign the chunks of its body. */
export interface Seed {
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string
  /** `20150830T123600Z` */
  readonly timestamp: string
  readonly scope: CredentialScope
  readonly signingKey: SigningKey
}

/** Builds the string to sign from a canonical request. */
export function stringToSign(timestamp: string, scope: CredentialScope, canonicalRequest: string): string {
  return `${ALGORITHM}\n${timestamp}\n${formatScope(scope)}\n${sha256Hex(canonicalRequest)}`
}

/** Compares two signatures. The time does not depend on the position of the first difference. */
export function sameSignature(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'))
}
