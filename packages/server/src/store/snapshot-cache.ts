import { sharedCache, type SharedCache } from '../cache.ts'
import { SingleFlight } from '../concurrency/single-flight.ts'
import type { RowFields } from './sql.ts'

interface Entry {
  /**
   * Snapshot of the database that was known before the read was sent. Null when none was known. The row is current
   * while the database has this snapshot, because then no transaction has ended since the read.
   */
  readonly snapshot: string | null
  readonly value: unknown
}

/** Value of a row, and the estimated number of bytes that it occupies in memory. */
interface Decoded {
  readonly value: unknown
  readonly bytes: number
}

/** Maximum number of bytes of all values. */
const maxBytes = 16 * 1024 * 1024

/** Maximum number of bytes of one value. Larger values, which contain the text of metadata, are not cached. */
const maxEntryBytes = 4 * 1024

/** Estimated number of bytes of the objects of a value, without its texts. */
const overheadBytes = 800

/**
 * Caches the values of rows. Returns a cached value only if the database has not changed since the row was read. To
 * find this out, concurrent calls share one query of the current snapshot of the database, the set of transactions
 * that have ended. Therefore a value includes every commit that was acknowledged before the call.
 */
export class SnapshotCache {
  readonly #readSnapshot: () => Promise<string | null>
  readonly #entries: SharedCache<Entry> = sharedCache({ maxSize: maxBytes, maxEntrySize: maxEntryBytes })
  readonly #running = new SingleFlight<Decoded>()
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
   * Returns the value of a row. Concurrent calls with the same key share a read that starts after each of them.
   *
   * @param key name of the statement and its values. All calls with the same key have the same `decode`
   * @param read reads the row. Returns null when the statement found no row
   */
  async read<T>(
    key: string,
    read: () => Promise<RowFields | null>,
    decode: (row: RowFields | null) => T,
  ): Promise<T> {
    const entry = this.#entries.get(key)
    // An entry with an earlier snapshot is outdated: a query of the current snapshot would only delay the read.
    if (entry !== undefined && entry.snapshot === this.#newest) {
      const current = await this.#readSnapshot()
      this.#newest = current
      if (current !== null && current === entry.snapshot) return entry.value as T
    }
    const snapshot = this.#newest
    const { value, bytes } = await this.#running.joinNext(key, async () => {
      const row = await read()
      return { value: decode(row), bytes: estimateBytes(key, row) }
    })
    this.#entries.set(key, { snapshot, value }, { size: bytes })
    return value as T
  }

  /** Removes all values. */
  clear(): void {
    this.#entries.clear()
    this.#newest = null
  }
}

function estimateBytes(key: string, row: RowFields | null): number {
  let length = key.length
  for (const field of row ?? []) length += field?.length ?? 0
  return length + overheadBytes
}
