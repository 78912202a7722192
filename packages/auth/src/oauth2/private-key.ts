import { AuthError } from '../auth-error.ts'
import type { CryptoKey, JwtKey } from './sign-jwt.ts'

interface KeyForm {
  readonly name: string
  readonly hash?: string
  readonly namedCurve?: string
}

/** In the order in which they are tried when nothing is said: a key fits one kind only. */
const forms: Readonly<Record<string, KeyForm>> = {
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

/** The names of signatures that keys can make. */
export const signatureAlgorithms: readonly string[] = Object.keys(forms)

/**
 * A private key to sign with: PKCS #8 as PEM, or a JWK (RFC 7517).
 *
 * @param algorithm Default: what fits the key, RS256 for RSA.
 * @param property What names the key, for messages; nothing of the key stands in them.
 */
export async function privateKey(
  text: string,
  algorithm: string | undefined,
  property: string,
): Promise<JwtKey> {
  const jwk = text.trimStart().startsWith('{') ? parseJwk(text, property) : undefined
  const der = jwk === undefined ? pemBytes(text, property) : undefined
  const wanted = algorithm ?? jwk?.alg
  for (const [name, form] of Object.entries(forms)) {
    if (wanted !== undefined && wanted !== name) continue
    const key = await importKey(jwk, der, form)
    if (key === undefined) continue
    return { algorithm: name, key, ...(jwk?.kid === undefined ? {} : { header: { kid: jwk.kid } }) }
  }
  const fix = wanted === undefined ? 'take an RSA, EC or Ed25519 key' : `it must be a key for ${wanted}`
  throw new AuthError('configuration', `${property} holds no private key that can be used: ${fix}`, {
    property,
  })
}

interface Jwk {
  readonly kty: string
  readonly alg?: string
  readonly kid?: string
}

async function importKey(
  jwk: Jwk | undefined,
  der: Uint8Array<ArrayBuffer> | undefined,
  form: KeyForm,
): Promise<CryptoKey | undefined> {
  try {
    if (der !== undefined) return await crypto.subtle.importKey('pkcs8', der, form, false, ['sign'])
    if (jwk === undefined) return undefined
    // What a key was meant for elsewhere (`use`, `key_ops`) is no reason to refuse it.
    const { alg: _alg, use: _use, key_ops: _ops, ...plain }: Jwk & { use?: unknown; key_ops?: unknown } = jwk
    return await crypto.subtle.importKey('jwk', plain, form, false, ['sign'])
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
    : 'it begins with -----BEGIN PRIVATE KEY-----, or is a JWK'
  throw new AuthError('configuration', `${property} must be a private key as PKCS #8: ${fix}`, { property })
}

function parseJwk(text: string, property: string): Jwk {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && 'kty' in value && 'd' in value) return value as Jwk
  } catch {
    // Told below, without the text.
  }
  throw new AuthError('configuration', `${property} looks like a JWK, but is no private one`, { property })
}
