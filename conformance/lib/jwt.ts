import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

/** Private signing key, with its public key. */
export interface JwtKey {
  readonly kid: string
  readonly alg: 'ES256' | 'RS256'
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** Public key as a JSON Web Key, with the members `kid`, `alg` and `use`. */
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
 * Signs a JWT with exactly these claims, and with `alg`, `kid` and the members of `header` in its header. The value
 * `undefined` omits a member. Suites build tokens without a library because libraries refuse to build invalid ones.
 */
export function signJwt(key: JwtKey, claims: Claims, header: Claims = {}): string {
  const signed = unsigned({ alg: key.alg, kid: key.kid, ...header }, claims)
  return `${signed}.${computeSignature(key, signed)}`
}

/** Returns the encoded header and claims of a JWT, without the signature. */
export function unsigned(header: unknown, claims: unknown): string {
  return `${encodePart(header)}.${encodePart(claims)}`
}

export function computeSignature({ privateKey }: JwtKey, text: string): string {
  return sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString(
    'base64url',
  )
}

export function encodePart(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

/** Decodes the claims of a token without verifying it. Throws if the text is not a JWT. */
export function decodeClaims(token: string): Record<string, unknown> {
  return selectPart(token, 1)
}

export function decodeHeader(token: string): Record<string, unknown> {
  return selectPart(token, 0)
}

function selectPart(token: string, index: number): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[index] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >
}

/** Returns the time that is the given number of seconds from now, in epoch seconds. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds
}
