import { createECDH, createHmac, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto'

const ALGORITHM = 'AWS4-ECDSA-P256-SHA256'

/** Largest candidate that is accepted for a private key: the order of the curve P-256, minus two. */
const LARGEST = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n - 2n

/** Private key for Signature Version 4A. Programs can sign with the key, but cannot read its bytes. */
export class AsymmetricKey {
  readonly #key: KeyObject

  constructor(key: KeyObject) {
    this.#key = key
  }

  /**
   * Signs a text with ECDSA and SHA-256. Returns the DER encoding in lower-case hexadecimal digits. ECDSA is
   * randomized, so two signatures of one text differ.
   */
  sign(text: string): string {
    return sign('sha256', Buffer.from(text, 'latin1'), this.#key).toString('hex')
  }

  /** Returns the public key with which servers verify the signatures. */
  get publicKey(): KeyObject {
    return createPublicKey(this.#key)
  }
}

/**
 * Derives the private key of an access key from its secret (NIST SP 800-108 in counter mode with HMAC-SHA256; FIPS
 * 186-4 appendix B.4.2), like `key_derivation.c` of aws-c-auth. A server that knows the secret derives the same key.
 * A server that knows only the public key can verify signatures.
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
  // About one candidate in 4,000,000,000 is too large. So 254 candidates in sequence are never all too large.
  throw new Error('No key could be derived from this access key. Create another access key.')
}

/** Creates the P-256 private key for a private scalar. Includes the public key, because some runtimes require it. */
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
