import { createECDH, createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

const ALGORITHM = 'AWS4-ECDSA-P256-SHA256'

/** The order of the curve P-256, less two: the largest that a candidate may be. */
const LARGEST = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n - 2n

/** The key that signs with Signature Version 4A. It does not show its bytes. */
export class AsymmetricKey {
  readonly #key: KeyObject

  constructor(key: KeyObject) {
    this.#key = key
  }

  /** ECDSA with SHA-256 of a text, DER in lower-case hexadecimal digits. Another one each time. */
  sign(text: string): string {
    return sign('sha256', Buffer.from(text, 'latin1'), this.#key).toString('hex')
  }

  /** For verifiers. */
  get publicKey(): KeyObject {
    return createPublicKey(this.#key)
  }
}

/**
 * Derives the private key of an access key: NIST SP 800-108 in counter mode with HMAC-SHA256, and a second counter for
 * candidates that are too large (FIPS 186-4 appendix B.4.2), as in aws-c-auth `key_derivation.c`. Whoever holds the
 * secret can derive it; whoever holds the public key can verify.
 */
export function deriveAsymmetricKey(accessKeyId: string, secret: string): AsymmetricKey {
  for (let counter = 1; counter <= 254; counter++) {
    const candidate = createHmac('sha256', Buffer.from(`AWS4A${secret}`, 'utf8'))
      .update(Buffer.from([0, 0, 0, 1]))
      .update(`${ALGORITHM}\0${accessKeyId}`, 'utf8')
      .update(Buffer.from([counter, 0, 0, 1, 0]))
      .digest('hex')
    const value = BigInt(`0x${candidate}`)
    if (value > LARGEST) continue
    const scalar = Buffer.from((value + 1n).toString(16).padStart(64, '0'), 'hex')
    return new AsymmetricKey(privateKey(scalar))
  }
  // One candidate in four thousand million is too large.
  throw new Error('No key could be derived from this access key')
}

/** A private key of P-256 from its number. Not every runtime takes one without its public key, so that comes along. */
function privateKey(scalar: Buffer): KeyObject {
  const pair = createECDH('prime256v1')
  pair.setPrivateKey(scalar)
  const point = pair.getPublicKey()
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: point.subarray(1, 33).toString('base64url'),
    y: point.subarray(33).toString('base64url'),
    d: scalar.toString('base64url'),
  }
  return createPrivateKey({ key, format: 'jwk' })
}
