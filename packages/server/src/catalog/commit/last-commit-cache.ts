import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache } from '../../cache.ts'
import type { Resolved } from '../../store/resolve-relation.ts'
import { nameKey } from '../name-key.ts'
import type { Warehouse } from '../warehouses.ts'

const maxEntries = 20_000

/**
 * Caches the rows of relations after their last commit through this replica. The next commit starts from the cached row
 * without a query, because its compare-and-swap checks every value of the row. A commit that fails on a cached row is
 * planned again from a row that is read from the store.
 */
export class LastCommitCache {
  readonly #rows = sharedCache<Resolved>({ max: maxEntries })

  set(warehouse: Warehouse, identifier: TableIdentifier, resolved: Resolved): void {
    this.#rows.set(nameKey(warehouse.id, identifier), resolved)
  }

  /** Removes all rows. Called when the connection may lead to another database. */
  clear(): void {
    this.#rows.clear()
  }

  /** Removes and returns the cached row: each row serves one attempt. */
  take(warehouse: Warehouse, identifier: TableIdentifier): Resolved | undefined {
    const key = nameKey(warehouse.id, identifier)
    const row = this.#rows.get(key)
    if (row !== undefined) this.#rows.delete(key)
    return row
  }
}
