/** The type `CryptoKey` of Web Crypto, whose name differs between runtimes. */
export type CryptoKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>

/** Private key of Web Crypto that signs JWTs (RFC 7518, RFC 8037). */
export interface JwtKey {
  readonly algorithm: string
  readonly key: CryptoKey
  /** Header parameters that identify the key: `kid`, `x5t#S256`. */
  readonly header?: Readonly<Record<string, string>>
}

type Parameters = Readonly<Record<string, unknown>>

/**
 * Signs a JWT: a DPoP proof for a catalog, or an assertion of a Google service account. Nothing is verified, so no JOSE
 * library is needed.
 */
export async function signJwt(header: Parameters, claims: Parameters, key: JwtKey): Promise<string> {
  const head = { alg: key.algorithm, ...key.header, ...header }
  const input = `${base64Url(utf8(JSON.stringify(head)))}.${base64Url(utf8(JSON.stringify(claims)))}`
  const signature = await crypto.subtle.sign(toSignParameters(key.algorithm), key.key, utf8(input))
  return `${input}.${base64Url(new Uint8Array(signature))}`
}

/** Returns the parameters that `sign` of Web Crypto needs for a JWS algorithm. */
function toSignParameters(algorithm: string): { name: string; hash?: string; saltLength?: number } {
  const bits = Number(algorithm.slice(2))
  if (algorithm.startsWith('RS')) return { name: 'RSASSA-PKCS1-v1_5' }
  if (algorithm.startsWith('PS')) return { name: 'RSA-PSS', saltLength: bits / 8 }
  if (algorithm.startsWith('ES')) return { name: 'ECDSA', hash: `SHA-${bits}` }
  return { name: 'Ed25519' }
}

export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** Encodes bytes in base64url without padding (RFC 4648 section 5). */
export function base64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}
