import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { CredentialScope } from './scope.ts'

/** A key that signs within a scope. It does not show its bytes: not to a log, not as JSON, not to a caller. */
export class SigningKey {
  // A `KeyObject`, because Node makes one of bytes at each HMAC, which takes many times as long as the HMAC.
  readonly #key: KeyObject

  constructor(bytes: Buffer) {
    this.#key = createSecretKey(bytes)
  }

  /** HMAC-SHA256 of a text in lower-case hexadecimal digits. */
  sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex')
  }
}

/** Derives the key that signs within a scope. */
export function deriveSigningKey(secret: string, scope: CredentialScope): SigningKey {
  return new SigningKey(signingKeyBytes(secret, scope))
}

/** The bytes of a signing key. */
export function signingKeyBytes(secret: string, scope: CredentialScope): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`, 'utf8')
  for (const step of [scope.date, scope.region, scope.service, 'aws4_request']) {
    key = createHmac('sha256', key).update(step).digest()
  }
  return key
}

/**
 * Signing keys that were derived before, up to a bound; the one unused for longest goes first. Deriving takes four
 * HMACs, signing one. Secrets are held in memory as part of the cache's keys.
 *
 * @example
 * ```ts
 * const keys = new SigningKeys()
 * verifySignature(parsed, secret, { keys })
 * ```
 */
export class SigningKeys {
  readonly #max: number
  readonly #keys = new Map<string, SigningKey>()

  constructor(options: { readonly max?: number } = {}) {
    this.#max = options.max ?? 1000
  }

  /** The signing key of a secret in a scope. */
  get(secret: string, scope: CredentialScope): SigningKey {
    // Neither date, region nor service can hold a slash, so the secret's beginning is unmistakable.
    const id = `${scope.date}/${scope.region}/${scope.service}/${secret}`
    const known = this.#keys.get(id)
    const key = known ?? deriveSigningKey(secret, scope)
    if (known !== undefined) this.#keys.delete(id)
    this.#keys.set(id, key)
    if (this.#keys.size > this.#max) {
      const [oldest = ''] = this.#keys.keys()
      this.#keys.delete(oldest)
    }
    return key
  }

  /** How many keys are held. */
  get size(): number {
    return this.#keys.size
  }
}
