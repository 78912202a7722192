import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'

/** Result of a read, and the estimated number of bytes that it occupies in memory. */
export interface ReadResult<T> {
  readonly value: T
  readonly bytes: number
}

interface Entry {
  /**
   * Snapshot of the database that was known before the read was sent. Null when none was known. The row is current
   * while the database has this snapshot, because then no transaction has ended since the read.
   */
  readonly snapshot: string | null
  readonly value: unknown
}

/** Maximum number of bytes of all results. */
const maxBytes = 16 * 1024 * 1024

/** Maximum number of bytes of one result. Larger results, which contain the text of metadata, are not cached. */
const maxEntryBytes = 4 * 1024

/**
 * Caches results of reads, and returns a cached result only when the database has not changed since it was read: all
 * concurrent calls share one query of the current snapshot of the database, which names the transactions that have
 * ended. So a result includes every commit that was acknowledged before the call.
 */
export class SnapshotCache {
  readonly #readSnapshot: () => Promise<string | null>
  readonly #entries: SharedCache<Entry> = sharedCache({ maxSize: maxBytes, maxEntrySize: maxEntryBytes })
  readonly #running = new SingleFlight<ReadResult<unknown>>()
  /** Snapshot that the last query returned. */
  #newest: string | null = null

  /**
   * @param readSnapshot returns the current snapshot of the database. Returns null when the snapshot of this
   *   connection does not prove that cached results are current
   */
  constructor(readSnapshot: () => Promise<string | null>) {
    this.#readSnapshot = readSnapshot
  }

  /**
   * Returns the result of a read. Concurrent calls with the same key share a read that starts after each of them.
   *
   * @param key name of the statement and its values. All calls with the same key return values of the same type
   * @param read executes the read
   */
  async read<T>(key: string, read: () => Promise<ReadResult<T>>): Promise<T> {
    const entry = this.#entries.get(key)
    // An entry with an earlier snapshot is outdated: a query of the current snapshot would only delay the read.
    if (entry !== undefined && entry.snapshot === this.#newest) {
      const current = await this.#readSnapshot()
      this.#newest = current
      if (current !== null && current === entry.snapshot) return entry.value as T
    }
    const snapshot = this.#newest
    const { value, bytes } = await this.#running.joinNext(key, read)
    this.#entries.set(key, { snapshot, value }, { size: bytes })
    return value as T
  }

  /** Removes all results. */
  clear(): void {
    this.#entries.clear()
    this.#newest = null
  }
}
