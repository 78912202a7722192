import type { KeyRing } from './key-ring.ts'
import type { SigningPurpose } from './ring-key.ts'

/** The public half of a key as others verify with it (RFC 7517, RFC 7518 section 6.2.1). */
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
 * The public halves of all keys of a purpose: of retired ones, because what they signed is still about, and of added
 * ones, so that whoever verifies has them before the first signature.
 */
export function publicKeys(ring: KeyRing, purpose: SigningPurpose): readonly PublicJwk[] {
  return ring.signingKeys(purpose).map(({ id, publicKey }) => {
    const { kty = '', crv = '', x = '', y = '' } = publicKey.export({ format: 'jwk' })
    return { kty, crv, x, y, kid: id, alg: 'ES256', use: 'sig' }
  })
}
