import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache } from '../../cache.ts'
import type { Resolved } from '../../store/resolve-relation.ts'
import { nameKey } from '../name-key.ts'
import type { Warehouse } from '../warehouses.ts'

const maxEntries = 20_000

/**
 * Caches the rows of relations after their last commit through this replica. The next commit starts from the cached row
 * without a query. This is safe because the compare-and-swap verifies every value of the row. If a commit with a cached
 * row fails, it is planned again with the row in the database.
 */
export class LastCommitCache {
  readonly #rows = sharedCache<Resolved>({ max: maxEntries })

  set(warehouse: Warehouse, identifier: TableIdentifier, resolved: Resolved): void {
    this.#rows.set(nameKey(warehouse.id, identifier), resolved)
  }

  /** Removes all rows. Called when the server may now be connected to another database, such as a promoted standby. */
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
