import type { TableIdentifier } from '@headgate/iceberg/rest'
import { sharedCache } from '../cache.ts'
import type { Resolved } from '../store/resolve-relations.ts'
import { nameKey } from './name-key.ts'
import type { Warehouse } from './warehouses.ts'

const maxStandings = 20_000

/**
 * Where relations stood after their last commit through this replica. The next commit may start from there without
 * asking the store, because its compare-and-swap repeats everything that is remembered here; whoever is refused on
 * such ground looks again before saying so.
 */
export class Standings {
  readonly #standings = sharedCache<Resolved>({ max: maxStandings })

  keep(warehouse: Warehouse, identifier: TableIdentifier, resolved: Resolved): void {
    this.#standings.set(nameKey(warehouse.id, identifier), resolved)
  }

  /** Removes all entries: the database may be another one than the commits went to. */
  clear(): void {
    this.#standings.clear()
  }

  /** Gives what is remembered and forgets it: it is good for one attempt. */
  take(warehouse: Warehouse, identifier: TableIdentifier): Resolved | undefined {
    const key = nameKey(warehouse.id, identifier)
    const standing = this.#standings.get(key)
    if (standing !== undefined) this.#standings.delete(key)
    return standing
  }
}
