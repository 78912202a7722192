import { EMPTY_SHA256 } from '../payload-hashes.ts'
import { formatScope } from '../scope.ts'
import type { Seed } from '../signature.ts'

/**
 * The chain of signatures of a streamed body: each one covers the one before, the first the request's own. So no chunk
 * can be moved, left out, or taken from another request.
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

  /** The signature of the next chunk, by the SHA-256 of its bytes in hexadecimal digits. */
  nextChunk(sha256: string): string {
    return this.#next(
      `AWS4-HMAC-SHA256-PAYLOAD\n${this.#where}\n${this.#previous}\n${EMPTY_SHA256}\n${sha256}`,
    )
  }

  /** The signature of the trailer, by the SHA-256 of its lines `name:value\n`. */
  trailer(sha256: string): string {
    return this.#next(`AWS4-HMAC-SHA256-TRAILER\n${this.#where}\n${this.#previous}\n${sha256}`)
  }

  #next(stringToSign: string): string {
    this.#previous = this.#seed.signingKey.sign(stringToSign)
    return this.#previous
  }
}
