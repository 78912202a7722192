import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

/** A key that signs, and what others verify it by. */
export interface JwtKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public key as a JWK, with `kid`, `alg` and `use`. */
  readonly jwk: Readonly<Record<string, unknown>>
}

export type Claims = Readonly<Record<string, unknown>>

export function makeKey(alg: JwtKey['alg'] = 'ES256', kid: string = randomUUID()): JwtKey {
  const { privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  const publicKey = createPublicKey(privateKey)
  return {
    kid,
    alg,
    privateKey,
    publicKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' },
  }
}

/**
 * A JWT with exactly these claims and, beside `alg` and `kid`, this header; what is `undefined` is left out. Suites make
 * tokens by hand because no library agrees to make the bad ones.
 */
export function signJwt(key: JwtKey, claims: Claims, header: Claims = {}): string {
  const signed = unsigned({ alg: key.alg, kid: key.kid, ...header }, claims)
  return `${signed}.${signatureOf(key, signed)}`
}

/** Both parts that are signed. */
export function unsigned(header: unknown, claims: unknown): string {
  return `${encodePart(header)}.${encodePart(claims)}`
}

export function signatureOf({ privateKey }: JwtKey, text: string): string {
  return sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  )
}

export function encodePart(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** What a token says, believed as it stands. Throws when it is no JWT. */
export function claimsOf(token: string): Record<string, unknown> {
  return partOf(token, 1)
}

export function headerOf(token: string): Record<string, unknown> {
  return partOf(token, 0)
}

function partOf(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
}

/** Epoch seconds, so many from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}
