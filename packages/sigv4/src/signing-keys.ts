import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { CredentialScope } from './scope.ts'

/** A key that signs within a scope. Its bytes cannot be read, and do not appear in logs or JSON. */
export class SigningKey {
  // A `KeyObject`, because from bytes Node creates one for each HMAC, which takes many times as long as the HMAC.
  readonly #key: KeyObject

  constructor(bytes: Buffer) {
    this.#key = createSecretKey(bytes)
  }

  /** Returns the HMAC-SHA256 of a text in lower-case hexadecimal digits. */
  sign(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('hex')
  }
}

/** Derives the key that signs within a scope. */
export function deriveSigningKey(secret: string, scope: CredentialScope): SigningKey {
  return new SigningKey(signingKeyBytes(secret, scope))
}

/** Returns the bytes of a signing key. */
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

  /** Returns the signing key of a secret in a scope. */
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
