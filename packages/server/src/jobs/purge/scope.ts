import { HeadgateError } from '@headgate/errors'
import { isPlaceWithin, objectWithin } from '../../catalog/own-places.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import { ancestorPlaces, canonicalPrefix, type Location, type PlaceOf } from '@headgate/storage'
import { findForeignPlaces, findOwnPrefixes } from '../../store/location-claims.ts'
import type { Queryable } from '../../store/sql.ts'

/**
 * Decides which files a purge may delete. Clients write metadata and manifests and can name any file in them, so only the
 * database decides. A file must be within a prefix that the relation itself has claimed and in a location that the warehouse
 * allows. No other relation (live, dropped or staged) and no other warehouse may claim its physical place: files in
 * overlapping places are never deleted.
 */
export class PurgeScope {
  readonly #sql: Queryable
  readonly #owner: { readonly id: string; readonly warehouseId: string; readonly storeName: string | null }
  readonly #allowed: readonly string[]
  readonly #placeOf: PlaceOf

  private constructor(
    sql: Queryable,
    relationId: string,
    warehouse: Pick<Warehouse, 'id' | 'placeOf' | 'storeName'>,
    allowed: readonly string[],
  ) {
    this.#sql = sql
    this.#owner = { id: relationId, warehouseId: warehouse.id, storeName: warehouse.storeName }
    this.#allowed = allowed
    this.#placeOf = warehouse.placeOf
  }

  static async open(
    sql: Queryable,
    relationId: string,
    warehouse: Pick<Warehouse, 'id' | 'places' | 'placeOf' | 'storeName'>,
  ): Promise<PurgeScope> {
    const allowed = warehouse.places.map(canonicalPrefix)
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
   * @throws HeadgateError `unavailable` when the store was renamed meanwhile: the places cannot be compared any more
   */
  async filter(files: readonly string[]): Promise<string[]> {
    const candidates = new Map<string, Location>()
    for (const file of files) {
      const location = objectWithin(file, this.#allowed)
      if (location !== null) candidates.set(location.canonical, location)
    }
    const placesOf = new Map(
      [...candidates.values()].map((location) => [location, ancestorPlaces(this.#placeOf(location))]),
    )
    const places = [...new Set([...placesOf.values()].flat())]
    const found = places.length === 0 ? [] : await findForeignPlaces(this.#sql, places, this.#owner)
    if (found === null) throw new HeadgateError('unavailable', 'The store of the warehouse was just renamed.')
    const foreign = new Set<string>(found)
    return [...placesOf]
      .filter(([, above]) => !above.some((place) => foreign.has(place)))
      .map(([{ text }]) => text)
  }

  /** Returns whether a file is within a prefix of the relation. Other files are not read either. */
  reaches(file: string): boolean {
    return objectWithin(file, this.#allowed) !== null
  }
}
