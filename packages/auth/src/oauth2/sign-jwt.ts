/** A key of Web Crypto, wherever this runs. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** How Web Crypto makes the signatures of JWS (RFC 7518, RFC 8037). */
export interface JwtKey {
  readonly algorithm: string
  readonly key: CryptoKey
  /** What the header says of the key: `kid`, `x5t#S256`. */
  readonly header?: Readonly<Record<string, string>>
}

type Parameters = Readonly<Record<string, unknown>>

/**
 * A signed JWT. These lines are instead of a library because it is all that is needed: proofs of possession for
 * catalogs, and the statements of Google's service accounts. Nothing is verified with them.
 */
export async function signJwt(header: Parameters, claims: Parameters, key: JwtKey): Promise<string> {
  const head = { alg: key.algorithm, ...key.header, ...header }
  const input = `${base64Url(utf8(JSON.stringify(head)))}.${base64Url(utf8(JSON.stringify(claims)))}`
  const signature = await crypto.subtle.sign(signatureParameters(key.algorithm), key.key, utf8(input))
  return `${input}.${base64Url(new Uint8Array(signature))}`
}

/** What `sign` of Web Crypto wants to know. */
function signatureParameters(algorithm: string): { name: string; hash?: string; saltLength?: number } {
  const bits = Number(algorithm.slice(2))
  if (algorithm.startsWith('RS')) return { name: 'RSASSA-PKCS1-v1_5' }
  if (algorithm.startsWith('PS')) return { name: 'RSA-PSS', saltLength: bits / 8 }
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', hash: `SHA-${bits}` }
  return { name: 'Ed25519' }
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** RFC 4648 section 5, without padding. */
export function base64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
