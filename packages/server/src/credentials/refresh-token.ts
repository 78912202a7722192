import { CompactEncrypt, compactDecrypt } from 'jose'
import type { KeyRing } from '../keys/key-ring.ts'
import { decodeRefreshClaims, encodeRefreshClaims, type RefreshClaims } from './refresh-claims.ts'

/** Why a token was not opened. For the log and the audit, never for the caller. */
export type TokenRefusal =
  'malformed' | 'unknown key' | 'not ours' | 'wrong issuer' | 'not yet valid' | 'expired'

export type Opened<T, Reason> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason }

const algorithm = 'dir'
const encryption = 'A256GCM'
const purpose = 'storage-refresh'
/** Names may take a kilobyte each; beyond this nothing is ours. */
export const maxRefreshTokenLength = 8_192
/** Clocks of replicas may differ by so much, in ms. */
const clockTolerance = 60_000
const keyIdPattern = /^[\w-]{1,64}$/

/**
 * Seals the right to renew one storage credential: a JWE in compact form (RFC 7516), encrypted directly with the active
 * key of the ring.
 *
 * @example
 * ```ts
 * const token = await sealRefreshToken(ring, claims)
 * const opened = await openRefreshToken(ring, token, { issuer, now: Date.now() })
 * ```
 */
export function sealRefreshToken(ring: KeyRing, claims: RefreshClaims): Promise<string> {
  const key = ring.sealing(purpose)
  return new CompactEncrypt(encodeRefreshClaims(claims))
    .setProtectedHeader({ alg: algorithm, enc: encryption, kid: key.id })
    .encrypt(key.secretKey)
}

/**
 * Opens what a client sent. It was sealed by a key of this ring for this issuer, and its time is not over; whether it
 * still stands for anything, and whether the caller may use it, is another question.
 *
 * @param at `issuer` is this server's own, `now` epoch ms
 */
export async function openRefreshToken(
  ring: KeyRing,
  token: string,
  at: { readonly issuer: string; readonly now: number },
): Promise<Opened<RefreshClaims, TokenRefusal>> {
  const keyId = keyIdOf(token)
  if (keyId === null) return refused('malformed')
  const key = ring.opening(purpose, keyId)
  if (key === undefined) return refused('unknown key')
  const plain = await decrypted(token, key.secretKey)
  if (plain === null) return refused('not ours')
  const claims = decodeRefreshClaims(plain)
  if (claims === null) return refused('not ours')
  if (claims.issuer !== at.issuer) return refused('wrong issuer')
  if (claims.issuedAt > at.now + clockTolerance) return refused('not yet valid')
  if (at.now >= Math.min(claims.expiresAt, claims.cap)) return refused('expired')
  return { ok: true, value: claims }
}

/** The key that the header names, when the header is exactly what we write. */
function keyIdOf(token: string): string | null {
  if (token.length > maxRefreshTokenLength) return null
  const parts = token.split('.')
  const [head = '', encryptedKey] = parts
  if (parts.length !== 5 || encryptedKey !== '') return null
  try {
    const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString())
    if (typeof header !== 'object' || header === null) return null
    const { alg, enc, kid, ...rest } = header as Record<string, unknown>
    if (alg !== algorithm || enc !== encryption || Object.keys(rest).length > 0) return null
    return typeof kid === 'string' && keyIdPattern.test(kid) ? kid : null
  } catch {
    return null
  }
}

async function decrypted(
  token: string,
  key: Parameters<typeof compactDecrypt>[1],
): Promise<Uint8Array | null> {
  try {
    const { plaintext } = await compactDecrypt(token, key, {
      keyManagementAlgorithms: [algorithm],
      contentEncryptionAlgorithms: [encryption],
    })
    return plaintext
  } catch {
    return null
  }
}

function refused(reason: TokenRefusal): { readonly ok: false; readonly reason: TokenRefusal } {
  return { ok: false, reason }
}
