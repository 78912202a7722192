import type { Clock } from './clock.ts'
import { planRenewal } from './credentials/renewal-times.ts'
import type { LoadedTable } from './loaded-table.ts'

export interface TableCacheOptions {
  /** Maximum number of tables. Default: 100. */
  readonly maxEntries?: number
  /** Maximum total size of the cached responses, in bytes. Default: 64 MiB. */
  readonly maxBytes?: number
  /** Maximum age of an entry, in ms. Default: 5 minutes. */
  readonly maxAgeMs?: number
}

interface Entry {
  readonly table: LoadedTable
  readonly bytes: number
  readonly until: number
}

/**
 * Cache of loaded tables, which are revalidated with `If-None-Match`: the server authorizes each load, and answers
 * 304 if the table is unchanged. Keys contain the identity of the caller (`Session.identity`), so that no caller
 * receives the cached response of another caller. A cached table expires when its storage credentials must be
 * renewed.
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
    // Removes the entry and adds it again as the newest entry, so that all other entries are evicted before this entry.
    this.#add(key, entry)
    return entry.table
  }

  set(key: string, table: LoadedTable, bytes: number): void {
    const previous = this.#entries.get(key)
    if (previous !== undefined) this.#delete(key, previous)
    const { maxEntries, maxBytes, maxAgeMs } = this.#options
    if (table.etag === null || bytes > maxBytes) return
    const renewals = [table.config, ...table.storageCredentials.map(({ config }) => config)].map(
      (config) => planRenewal(config, this.#clock).refreshAt ?? Number.POSITIVE_INFINITY,
    )
    this.#add(key, { table, bytes, until: Math.min(this.#clock.now() + maxAgeMs, ...renewals) })
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
