import { calculateJwkThumbprint, importJWK, type CryptoKey, type JWK } from 'jose'

/** Algorithms that clients may sign with: only asymmetric ones. */
export const clientAlgorithms: readonly string[] = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256']

/** JWK members that are stored for a public key, by its `kty`. */
const membersByKind: Readonly<Record<string, readonly string[]>> = {
  EC: ['kty', 'crv', 'x', 'y'],
  OKP: ['kty', 'crv', 'x'],
  RSA: ['kty', 'n', 'e'],
}

const algorithmsByKind: Readonly<Record<string, readonly string[]>> = {
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
  RSA: ['PS256', 'RS256'],
}

/** Public key of a client, in the form in which the database stores it. */
interface ClientKey {
  /** `kid` of the key. Default: its thumbprint (RFC 7638). */
  readonly id: string
  readonly jwk: Readonly<Record<string, string>>
}

export type ClientKeyCheck =
  { readonly ok: true; readonly value: ClientKey } | { readonly ok: false; readonly message: string }

/**
 * Validates a key for a client: public, asymmetric, strong enough, usable. `alg` is stored if it is set, and derived if
 * only one is possible.
 */
export async function checkClientKey(jwk: Readonly<Record<string, unknown>>): Promise<ClientKeyCheck> {
  const { kty, crv, alg, kid } = jwk
  const members =
    typeof kty === 'string' && Object.hasOwn(membersByKind, kty) ? membersByKind[kty] : undefined
  if (members === undefined) return refused('The member kty of the key must be EC, OKP or RSA.')
  if (['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].some((name) => name in jwk))
    return refused(
      'This is a private key, which is now compromised. Create another key pair, and register only its public key, without d.',
    )
  const possible = algorithmsByKind[kty === 'RSA' ? 'RSA' : `${String(kty)} ${String(crv)}`]
  if (possible === undefined) return refused('The curve of the key (crv) must be P-256, P-384 or Ed25519.')
  const [only, ...others] = possible
  const chosen = alg ?? (others.length === 0 || kty === 'OKP' ? only : undefined)
  if (typeof chosen !== 'string' || !possible.includes(chosen))
    return refused(`The member alg of this key must be ${possible.join(' or ')}.`)
  const kept: Record<string, string> = { alg: chosen }
  for (const name of members) {
    const value = jwk[name]
    if (typeof value !== 'string' || value.length > 2_000)
      return refused(`The member ${name} of the key is missing or invalid.`)
    kept[name] = value
  }
  if (kty === 'RSA' && Buffer.from(kept['n'] ?? '', 'base64url').length < 256)
    return refused('An RSA key must have at least 2048 bits.')
  const problem = await importKey(kept).then(
    () => null,
    () => 'The key is invalid, because its members contradict each other. Export the public key again.',
  )
  if (problem !== null) return refused(problem)
  const id = typeof kid === 'string' && kid !== '' ? kid : await calculateJwkThumbprint(kept)
  if (!/^[\x21-\x7e]{1,128}$/.test(id))
    return refused('The kid of a key may have 128 printable characters at most.')
  return { ok: true, value: { id, jwk: kept } }
}

/** Imports a stored key, for verification. */
export async function importKey(jwk: Readonly<Record<string, unknown>>): Promise<CryptoKey> {
  const key = await importJWK(jwk as JWK)
  if (key instanceof Uint8Array) throw new TypeError('a client key must be asymmetric')
  return key
}

function refused(message: string): ClientKeyCheck {
  return { ok: false, message }
}
