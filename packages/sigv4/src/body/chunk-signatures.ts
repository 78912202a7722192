import { EMPTY_SHA256 } from '../payload-hashes.ts'
import { formatScope } from '../scope.ts'
import type { Seed } from '../signature.ts'

/**
 * The chain of signatures of a streamed body: each signature covers the previous one, and the first covers the
 * signature of the request. So a chunk cannot be moved, omitted, or taken from another request.
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

  /** Returns the signature of the next chunk, from the SHA-256 of its bytes in hexadecimal digits. */
  nextChunk(sha256: string): string {
    return this.#next(
      `AWS4-HMAC-SHA256-PAYLOAD\n${this.#where}\n${this.#previous}\n${EMPTY_SHA256}\n${sha256}`,
    )
  }

  /** Returns the signature of the trailer, from the SHA-256 of its lines `name:value\n`. */
  trailer(sha256: string): string {
    return this.#next(`AWS4-HMAC-SHA256-TRAILER\n${this.#where}\n${this.#previous}\n${sha256}`)
  }

  #next(stringToSign: string): string {
    this.#previous = this.#seed.signingKey.sign(stringToSign)
    return this.#previous
  }
}
