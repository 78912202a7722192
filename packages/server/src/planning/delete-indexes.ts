import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { DeleteIndex } from './delete-index.ts'

/** Maximum number of delete files in all cached indexes. */
const maxFiles = 1_000_000

/**
 * Caches the index of the delete files of a snapshot, because each request for the tasks of a plan needs it. The key
 * begins with the table.
 */
export class DeleteIndexes {
  readonly #cache: SharedCache<DeleteIndex> = sharedCache({ maxSize: maxFiles })
  readonly #builds = new SingleFlight<DeleteIndex>()

  /** Returns the cached index, or the result of `build`. Concurrent calls share one build. */
  async get(
    table: string,
    snapshot: string,
    build: () => Promise<DeleteIndex>,
    signal: AbortSignal,
  ): Promise<DeleteIndex> {
    const key = `${table} ${snapshot}`
    const cached = this.#cache.get(key)
    if (cached !== undefined) return cached
    const work = async (): Promise<DeleteIndex> => {
      const index = await build()
      this.#cache.set(key, index, { size: 1 + index.size })
      return index
    }
    return await this.#builds.join(key, work, signal)
  }
}
