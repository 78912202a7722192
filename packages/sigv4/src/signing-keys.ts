import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { CredentialScope } from './scope.ts'

/**
 * Signing key of Signature Version 4 for one day, region and service. Its bytes cannot be read, and do not appear in
 * logs or JSON.
 */
export class SigningKey {
  // The key is a `KeyObject`. From bytes, Node would create a `KeyObject` for each HMAC, which takes many times as
  // long as the HMAC.
  readonly #key: KeyObject

  constructor(bytes: Buffer) {
    this.#key = createSecretKey(bytes)
  }

  /** Signs a text: returns its HMAC-SHA256 in lower-case hexadecimal digits. */
  sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex')
  }
}

/** Derives the signing key of a secret for one day, region and service. */
export function deriveSigningKey(secret: string, scope: CredentialScope): SigningKey {
  return new SigningKey(signingKeyBytes(secret, scope))
}

/** Derives the bytes of a signing key from a secret. */
export function signingKeyBytes(secret: string, scope: CredentialScope): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`, 'utf8')
  for (const step of [scope.date, scope.region, scope.service, 'aws4_request']) {
    key = createHmac('sha256', key).update(step).digest()
  }
  return key
}

/**
 * Caches derived signing keys, because deriving takes four HMACs and signing takes one. At the bound it evicts the key
 * that was unused for the longest time. The secrets stay in memory as a part of the cache's keys.
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

  /** Returns the cached signing key of a secret for one day, region and service, or derives it. */
  get(secret: string, scope: CredentialScope): SigningKey {
    // Date, region and service contain no slash, so the id is unique although the secret may contain slashes.
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

  /** Returns the number of cached keys. */
  get size(): number {
    return this.#keys.size
  }
}
