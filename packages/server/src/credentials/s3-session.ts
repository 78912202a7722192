import { createHmac, type KeyObject, randomBytes } from 'node:crypto'
import type { KeyRing } from '../keys/key-ring.ts'
import { open, seal } from '../keys/seal.ts'
import type { Principal } from '../identity/identity.ts'
import type { Access } from './vendor.ts'

const purpose = 's3-session'
const context = 'headgate s3 session'
const maxTokenLength = 8192
const accessKeyIdPattern = /^HG[A-Z2-7]{18}$/

/** What a session credential of the storage gateway stands for. Sealed into the session token itself: no state is kept. */
export interface S3SessionClaims {
  readonly warehouseId: string
  readonly relationId: string
  readonly staged: boolean
  readonly namespaceId: string
  /** Canonical prefixes, each ending in `/`. */
  readonly prefixes: readonly string[]
  readonly access: Access
  readonly principal: Principal
  readonly actor: Principal | null
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
  const key = ring.sealing(purpose)
  const accessKeyId = `HG${base32(randomBytes(18))}`
  const sealed = seal(key.secretKey, `${context} ${accessKeyId}`, Buffer.from(JSON.stringify(claims)))
  const sessionToken = `${key.id}.${sealed.toString('base64url')}`
  return { accessKeyId, secretAccessKey: secretOf(key.secretKey, sessionToken), sessionToken }
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
  const dot = sessionToken.indexOf('.')
  if (dot < 1 || sessionToken.length > maxTokenLength || !accessKeyIdPattern.test(accessKeyId))
    return { ok: false, reason: 'malformed' }
  const key = ring.opening(purpose, sessionToken.slice(0, dot))
  if (key === undefined) return { ok: false, reason: 'unknown key' }
  const plain = open(
    key.secretKey,
    `${context} ${accessKeyId}`,
    Buffer.from(sessionToken.slice(dot + 1), 'base64url'),
  )
  if (plain === null) return { ok: false, reason: 'not ours' }
  const claims = JSON.parse(plain.toString()) as S3SessionClaims
  if (now >= claims.expiresAt) return { ok: false, reason: 'expired' }
  return {
    ok: true,
    value: { ...claims, accessKeyId, secretAccessKey: secretOf(key.secretKey, sessionToken) },
  }
}

function secretOf(key: KeyObject, sessionToken: string): string {
  return createHmac('sha256', key).update('headgate s3 secret\n').update(sessionToken).digest('base64url')
}

function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte & 31)).join('')
}
