import { AuthError } from '../auth-error.ts'
import type { CryptoKey, JwtKey } from './sign-jwt.ts'

interface ImportParameters {
  readonly name: string
  readonly hash?: string
  readonly namedCurve?: string
}

/**
 * Signature algorithms, in the order in which they are tried for a key that names no algorithm. A key can be imported
 * only for algorithms that match its kind.
 */
const algorithms: Readonly<Record<string, ImportParameters>> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
  ES512: { name: 'ECDSA', namedCurve: 'P-521' },
  EdDSA: { name: 'Ed25519' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  PS384: { name: 'RSA-PSS', hash: 'SHA-384' },
  PS512: { name: 'RSA-PSS', hash: 'SHA-512' },
  Ed25519: { name: 'Ed25519' },
}

/** Names of the supported signature algorithms. */
export const signatureAlgorithms: readonly string[] = Object.keys(algorithms)

/**
 * Imports a private key for signatures: PKCS #8 as PEM, or a JWK (RFC 7517).
 *
 * @param algorithm default: `alg` of a JWK, or the first algorithm that accepts the key, which is RS256 for RSA
 * @param property names the key in error messages, which contain no part of the key
 * @throws {AuthError} configuration
 */
export async function importPrivateKey(
  text: string,
  algorithm: string | undefined,
  property: string,
): Promise<JwtKey> {
  const jwk = text.trimStart().startsWith('{') ? parseJwk(text, property) : undefined
  const der = jwk === undefined ? pemBytes(text, property) : undefined
  const wanted = algorithm ?? jwk?.alg
  for (const [name, parameters] of Object.entries(algorithms)) {
    if (wanted !== undefined && wanted !== name) continue
    const key = await tryImport(jwk, der, parameters)
    if (key === undefined) continue
    return { algorithm: name, key, ...(jwk?.kid === undefined ? {} : { header: { kid: jwk.kid } }) }
  }
  const fix = wanted === undefined ? 'use an RSA, EC or Ed25519 key' : `use a key for ${wanted}`
  throw new AuthError('configuration', `${property} contains no private key that can be used: ${fix}`, {
    property,
  })
}

interface Jwk {
  readonly kty: string
  readonly alg?: string
  readonly kid?: string
}

/** Imports a key for an algorithm. Returns undefined if the key is of another kind. */
async function tryImport(
  jwk: Jwk | undefined,
  der: Uint8Array<ArrayBuffer> | undefined,
  parameters: ImportParameters,
): Promise<CryptoKey | undefined> {
  try {
    if (der !== undefined) return await crypto.subtle.importKey('pkcs8', der, parameters, false, ['sign'])
    if (jwk === undefined) return undefined
    // The members `use` and `key_ops` of the JWK are removed, because Web Crypto refuses a key if these members name
    // another purpose.
    const { alg: _alg, use: _use, key_ops: _ops, ...plain }: Jwk & { use?: unknown; key_ops?: unknown } = jwk
    return await crypto.subtle.importKey('jwk', plain, parameters, false, ['sign'])
  } catch {
    return undefined
  }
}

function pemBytes(text: string, property: string): Uint8Array<ArrayBuffer> {
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text)?.[1]
  if (body !== undefined) {
    return Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (char) => char.charCodeAt(0))
  }
  const fix = /-----BEGIN (RSA|EC|ENCRYPTED) PRIVATE KEY-----/.test(text)
    ? 'convert it: openssl pkcs8 -topk8 -nocrypt -in key.pem'
    : 'use a text that begins with -----BEGIN PRIVATE KEY-----, or a JWK'
  throw new AuthError('configuration', `${property} must be a private key as PKCS #8: ${fix}`, { property })
}

function parseJwk(text: string, property: string): Jwk {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'kty' in value && 'd' in value) return value as Jwk
  } catch {
    // The caught error is not reported, because its message contains a part of the key. The error below replaces it.
  }
  throw new AuthError('configuration', `${property} must be a private JWK, with kty and d`, { property })
}
