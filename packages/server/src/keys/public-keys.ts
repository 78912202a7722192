import type { KeyRing } from './key-ring.ts'
import type { SigningPurpose } from './ring-key.ts'

/** Public key that others verify signatures with (RFC 7517, RFC 7518 section 6.2.1). */
export interface PublicJwk {
  readonly kty: string
  readonly crv: string
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

/**
 * Returns the public keys of all keys of a purpose. The result includes retired keys, because tokens with their
 * signatures are still valid, and added keys, so that verifiers load them before the first signature.
 */
export function publicKeys(ring: KeyRing, purpose: SigningPurpose): readonly PublicJwk[] {
  return ring.signingKeys(purpose).map(({ id, publicKey }) => {
    const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' })
    return { kty, crv, x, y, kid: id, alg: 'ES256', use: 'sig' }
  })
}
