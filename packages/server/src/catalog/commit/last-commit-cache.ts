import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache } from '../../cache.ts'
import type { Resolved } from '../../store/resolve-relation.ts'
import { nameKey } from '../name-key.ts'
import type { Warehouse } from '../warehouses.ts'

const maxEntries = 20_000

/**
 * Caches the row of a relation after a commit through this replica, so that the next commit needs no query.
 * An outdated entry does no harm, because the compare-and-swap of the commit compares every value of the row.
 * If a commit with a cached row fails, it is planned again with the row in the database.
 */
export class LastCommitCache {
  readonly #rows = sharedCache<Resolved>({ max: maxEntries })

  set(warehouse: Warehouse, identifier: TableIdentifier, resolved: Resolved): void {
    this.#rows.set(nameKey(warehouse.id, identifier), resolved)
  }

  /**
   * Removes all cached rows. Called when the database server may have been replaced, for example by a
   * promoted standby.
   */
  clear(): void {
    this.#rows.clear()
  }

  /** Removes and returns the cached row of a relation, so that only one commit attempt uses it. */
  take(warehouse: Warehouse, identifier: TableIdentifier): Resolved | undefined {
    const key = nameKey(warehouse.id, identifier)
    const row = this.#rows.get(key)
    if (row !== undefined) this.#rows.delete(key)
    return row
  }
}
