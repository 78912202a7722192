import { HeadgateError } from '@headgate/errors'
import { isPlaceWithin, objectWithin } from '../../catalog/own-places.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import { ancestorPlaces, canonicalPrefix, type Location, type ResolvePlace } from '@headgate/storage'
import { findForeignPlaces, findOwnPrefixes } from '../../store/location-claims.ts'
import type { Queryable } from '../../store/sql.ts'

/**
 * Decides which files a purge may delete. Clients write metadata and manifests and can name any file in them,
 * so only rows in the database decide. A file may be deleted if it is within a location that the table itself
 * has claimed, and within a location that the warehouse allows. It is kept if another table or view (live,
 * dropped or staged) or another warehouse also claims its physical location.
 */
export class PurgeScope {
  readonly #sql: Queryable
  readonly #owner: { readonly id: string; readonly warehouseId: string; readonly storeName: string | null }
  readonly #allowed: readonly string[]
  readonly #resolvePlace: ResolvePlace

  private constructor(
    sql: Queryable,
    relationId: string,
    warehouse: Pick<Warehouse, 'id' | 'resolvePlace' | 'storeName'>,
    allowed: readonly string[],
  ) {
    this.#sql = sql
    this.#owner = { id: relationId, warehouseId: warehouse.id, storeName: warehouse.storeName }
    this.#allowed = allowed
    this.#resolvePlace = warehouse.resolvePlace
  }

  static async open(
    sql: Queryable,
    relationId: string,
    warehouse: Pick<Warehouse, 'id' | 'rootAndAllowed' | 'resolvePlace' | 'storeName'>,
  ): Promise<PurgeScope> {
    const allowed = warehouse.rootAndAllowed.map(canonicalPrefix)
    const own = await findOwnPrefixes(sql, relationId)
    return new PurgeScope(
      sql,
      relationId,
      warehouse,
      own.filter((prefix) => isPlaceWithin(prefix, allowed)),
    )
  }

  /**
   * Returns those of `files` that may be deleted, each once.
   *
   * @throws HeadgateError `unavailable` when the object store was renamed meanwhile, because physical locations
   *   contain its name
   */
  async filter(files: readonly string[]): Promise<string[]> {
    const candidates = new Map<string, Location>()
    for (const file of files) {
      const location = objectWithin(file, this.#allowed)
      if (location !== null) candidates.set(location.canonical, location)
    }
    const placesByLocation = new Map(
      [...candidates.values()].map((location) => [location, ancestorPlaces(this.#resolvePlace(location))]),
    )
    const places = [...new Set([...placesByLocation.values()].flat())]
    const found = places.length === 0 ? [] : await findForeignPlaces(this.#sql, places, this.#owner)
    if (found === null)
      throw new HeadgateError(
        'unavailable',
        'The object store of the warehouse was just renamed. The purge runs again.',
      )
    const foreign = new Set<string>(found)
    return [...placesByLocation]
      .filter(([, above]) => !above.some((place) => foreign.has(place)))
      .map(([{ text }]) => text)
  }

  /** Returns whether a file is within a location of the table. The purge does not read other files. */
  reaches(file: string): boolean {
    return objectWithin(file, this.#allowed) !== null
  }
}
