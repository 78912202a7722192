import type { Clock } from './clock.ts'
import { planLife } from './credentials/life.ts'
import type { LoadedTable } from './loaded-table.ts'

export interface TableCacheOptions {
  /** Tables, at most. Default: 100. */
  readonly maxEntries?: number
  /** Bytes of the answers they came in, all together. Default: 64 MiB. */
  readonly maxBytes?: number
  /** How long an answer may be used again, in ms. Default: 5 minutes. */
  readonly maxAgeMs?: number
}

interface Entry {
  readonly table: LoadedTable
  readonly bytes: number
  readonly until: number
}

/**
 * Tables as they were loaded, to be asked about with `If-None-Match`: the server decides about each load, and says 304
 * where nothing has changed. Keys name the caller (`AuthSession.identity`), so that nobody gets the answer of another.
 *
 * An answer is used again for as long as the storage credentials in it need no renewal.
 */
export class TableCache {
  readonly #entries = new Map<string, Entry>()
  readonly #options: Required<TableCacheOptions>
  readonly #clock: Clock
  #bytes = 0

  constructor(clock: Clock, options: TableCacheOptions = {}) {
    this.#clock = clock
    this.#options = { maxEntries: 100, maxBytes: 64 * 1024 * 1024, maxAgeMs: 300_000, ...options }
  }

  get(key: string): LoadedTable | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#delete(key, entry)
    if (this.#clock.now() >= entry.until) return undefined
    // The one that was used last is let go last.
    this.#add(key, entry)
    return entry.table
  }

  set(key: string, table: LoadedTable, bytes: number): void {
    const before = this.#entries.get(key)
    if (before !== undefined) this.#delete(key, before)
    const { maxEntries, maxBytes, maxAgeMs } = this.#options
    if (table.etag === null || bytes > maxBytes) return
    const lives = [table.config, ...table.storageCredentials.map(({ config }) => config)].map(
      (config) => planLife(config, this.#clock).refreshAt ?? Number.POSITIVE_INFINITY,
    )
    this.#add(key, { table, bytes, until: Math.min(this.#clock.now() + maxAgeMs, ...lives) })
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) return
      this.#delete(oldest, entry)
    }
  }

  #add(key: string, entry: Entry): void {
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
  }

  #delete(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}
