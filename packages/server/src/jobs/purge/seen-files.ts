import { hash } from 'node:crypto'

/** Maximum number of files in the set. They need about 10 MB of memory. */
const maxSeen = 100_000

/**
 * Set of files that a purge has already found, so that it counts each file once. Several manifest entries can
 * name the same file, and the response of an object store does not state whether a deleted file existed. Above
 * `max` files, the set evicts the oldest files, which may then be counted again.
 */
export class SeenFiles {
  readonly #max: number
  readonly #digests = new Set<string>()

  constructor(max: number = maxSeen) {
    this.#max = max
  }

  /** Adds files to the set. Returns how many of them were not in it. */
  meet(files: Iterable<string>): number {
    let fresh = 0
    for (const file of files) {
      // Locations are long. The set stores digests of 120 bits instead, which do not collide by chance.
      const digest = hash('sha256', file, 'base64url').slice(0, 20)
      if (this.#digests.has(digest)) continue
      fresh += 1
      this.#digests.add(digest)
      if (this.#digests.size <= this.#max) continue
      const [oldest = ''] = this.#digests
      this.#digests.delete(oldest)
    }
    return fresh
  }
}
