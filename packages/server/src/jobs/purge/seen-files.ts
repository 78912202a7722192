import { hash } from 'node:crypto'

/** Files that are remembered, about 10 MB of them. */
const maxSeen = 100_000

/**
 * Which files a purge has met before, so that it counts each once: manifests name the same file in several places, and the
 * answer of an object store does not tell whether a file was there. Of more than `max` files it forgets the oldest, and may
 * count them again.
 */
export class SeenFiles {
  readonly #max: number
  readonly #digests = new Set<string>()

  constructor(max: number = maxSeen) {
    this.#max = max
  }

  /** How many of the files are new; from now on none of them is. */
  meet(files: Iterable<string>): number {
    let fresh = 0
    for (const file of files) {
      // Locations are long, and digests of 120 bits are not the same by chance.
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
