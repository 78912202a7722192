import { EMPTY_SHA256 } from '../payload-hashes.ts'
import { formatScope } from '../scope.ts'
import type { Seed } from '../signature.ts'

/**
 * Computes the signatures of the chunks of a body. The signature of a chunk covers the previous signature, and the
 * first covers the signature of the request. So a chunk cannot be moved, omitted, or taken from another request.
 */
export class ChunkSignatures {
  readonly #seed: Seed
  readonly #where: string
  #previous: string

  constructor(seed: Seed) {
    this.#seed = seed
    this.#where = `${seed.timestamp}\n${formatScope(seed.scope)}`
    this.#previous = seed.signature
  }

  /** Returns the signature of the next chunk. `sha256` is the hash of the chunk's data in hexadecimal digits. */
  nextChunk(sha256: string): string {
    return this.#next(
      `AWS4-HMAC-SHA256-PAYLOAD\n${this.#where}\n${this.#previous}\n${EMPTY_SHA256}\n${sha256}`,
    )
  }

  /**
   * Returns the signature of the trailer. `sha256` is the hash of the trailer's lines `name:value\n` in hexadecimal
   * digits.
   */
  trailer(sha256: string): string {
    return this.#next(`AWS4-HMAC-SHA256-TRAILER\n${this.#where}\n${this.#previous}\n${sha256}`)
  }

  #next(stringToSign: string): string {
    this.#previous = this.#seed.signingKey.sign(stringToSign)
    return this.#previous
  }
}
