import { calculateJwkThumbprint, importJWK, type CryptoKey, type JWK } from 'jose'

/** Algorithms that clients may sign with: only asymmetric ones. */
export const clientAlgorithms: readonly string[] = ['ES256', 'ES384', 'EdDSA', 'Ed25519', 'PS256', 'RS256']

/** Members of a public key, by its kind; other members are not stored. */
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

/** A public key as it is kept. */
export interface ClientKey {
  /** Its own `kid`, else its thumbprint (RFC 7638). */
  readonly id: string
  readonly jwk: Readonly<Record<string, string>>
}

export type ClientKeyCheck =
  { readonly ok: true; readonly value: ClientKey } | { readonly ok: false; readonly told: string }

/**
 * Validates a key for a client: public, asymmetric, strong enough, usable. `alg` is stored if it is set, and derived if
 * only one is possible.
 */
export async function checkClientKey(jwk: Readonly<Record<string, unknown>>): Promise<ClientKeyCheck> {
  const { kty, crv, alg, kid } = jwk
  const members =
    typeof kty === 'string' && Object.hasOwn(membersByKind, kty) ? membersByKind[kty] : undefined
  if (members === undefined) return refused('The key must be of kty EC, OKP or RSA.')
  if (['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].some((name) => name in jwk))
    return refused(
      'This is a private key: register the public one, without d, and take this one for compromised.',
    )
  const possible = algorithmsByKind[kty === 'RSA' ? 'RSA' : `${String(kty)} ${String(crv)}`]
  if (possible === undefined) return refused('The curve must be P-256, P-384 or Ed25519.')
  const [only, ...others] = possible
  const chosen = alg ?? (others.length === 0 || kty === 'OKP' ? only : undefined)
  if (typeof chosen !== 'string' || !possible.includes(chosen))
    return refused(`The member alg of this key must be ${possible.join(' or ')}.`)
  const kept: Record<string, string> = { alg: chosen }
  for (const name of members) {
    const value = jwk[name]
    if (typeof value !== 'string' || value.length > 2_000)
      return refused(`The key has no valid member ${name}.`)
    kept[name] = value
  }
  if (kty === 'RSA' && Buffer.from(kept['n'] ?? '', 'base64url').length < 256)
    return refused('An RSA key must have 2048 bits at least.')
  const problem = await importKey(kept).then(
    () => null,
    () => 'The key cannot be used: its members do not fit together.',
  )
  if (problem !== null) return refused(problem)
  const id = typeof kid === 'string' && kid !== '' ? kid : await calculateJwkThumbprint(kept)
  if (!/^[\x21-\x7e]{1,128}$/.test(id)) return refused('The kid may have 128 printable characters at most.')
  return { ok: true, value: { id, jwk: kept } }
}

/** Imports a stored key, for verification. */
export async function importKey(jwk: Readonly<Record<string, unknown>>): Promise<CryptoKey> {
  const key = await importJWK(jwk as JWK)
  if (key instanceof Uint8Array) throw new TypeError('a client key must be asymmetric')
  return key
}

function refused(told: string): ClientKeyCheck {
  return { ok: false, told }
}
