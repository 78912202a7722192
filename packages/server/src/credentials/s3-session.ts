import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import type { KeyRing } from '../keys/key-ring.ts'
import { openToken, sealToken, type TokenKind } from '../keys/sealed-token.ts'
import type { Principal } from '../identity/identity.ts'
import type { Access } from './vendor.ts'

const maxTokenLength = 8192
const accessKeyIdPattern = /^HG[A-Z2-7]{18}$/

/** What a session credential of the storage gateway stands for. Sealed into the session token itself: no state is kept. */
export interface S3SessionClaims {
  readonly warehouseId: string
  readonly relationId: string
  readonly staged: boolean
  /** Canonical prefixes, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly access: Access
  /** `anonymousId`: it was handed out to a caller without a token. */
  readonly principal: Principal
  readonly actor: Principal | null
  /** What the engine called the query that asked for the keys; absent: it said none. A claim, for the audit. */
  readonly queryId?: string
  /** Ids of the views that it reads through. Absent: the principal's own right decides. */
  readonly through?: readonly string[]
  /** Epoch ms at which the caller's own session began, if it has one. */
  readonly sessionBegan: number | null
  /** Epoch ms. */
  readonly issuedAt: number
  /** Epoch ms. */
  readonly expiresAt: number
}

export interface S3SessionKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

export interface S3Session extends S3SessionClaims {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export type S3SessionRefusal = 'malformed' | 'unknown key' | 'not ours' | 'expired'

/** Mints session keys: the secret is derived from the token, so whoever opens the token knows it. */
export function mintS3Session(ring: KeyRing, claims: S3SessionClaims): S3SessionKeys {
  const accessKeyId = `HG${base32(randomBytes(18))}`
  const { token, key } = sealToken(ring, kindOf(accessKeyId), JSON.stringify(claims))
  return { accessKeyId, secretAccessKey: secretOf(key.secretKey, token), sessionToken: token }
}

/** Opens what a client sent along with a signed request. Its signature is checked with the secret that comes out. */
export function openS3Session(
  ring: KeyRing,
  accessKeyId: string,
  sessionToken: string,
  now: number,
):
  | { readonly ok: true; readonly value: S3Session }
  | { readonly ok: false; readonly reason: S3SessionRefusal } {
  if (!accessKeyIdPattern.test(accessKeyId)) return { ok: false, reason: 'malformed' }
  const opened = openToken(ring, kindOf(accessKeyId), sessionToken, maxTokenLength)
  if (!opened.ok) return opened
  const claims = JSON.parse(opened.plain) as S3SessionClaims
  if (now >= claims.expiresAt) return { ok: false, reason: 'expired' }
  const secretAccessKey = secretOf(opened.key.secretKey, sessionToken)
  return { ok: true, value: { ...claims, accessKeyId, secretAccessKey } }
}

/** A token belongs to its key id: with another one it does not open. */
function kindOf(accessKeyId: string): TokenKind {
  return { purpose: 's3-session', context: `headgate s3 session ${accessKeyId}` }
}

function secretOf(key: KeyObject, sessionToken: string): string {
  return createHmac('sha256', key).update('headgate s3 secret\n').update(sessionToken).digest('base64url')
}

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte & 31)).join('')
}
