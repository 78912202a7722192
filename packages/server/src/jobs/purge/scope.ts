import { isPlaceWithin, objectWithin } from '../../catalog/own-places.ts'
import type { Warehouse } from '../../catalog/warehouses.ts'
import { canonicalPrefix } from '../../storage/location-relations.ts'
import type { Location } from '../../storage/location.ts'
import { ancestorPlaces, type PlaceOf } from '../../storage/physical-place.ts'
import { findForeignPlaces, findOwnPrefixes } from '../../store/location-claims.ts'
import type { Queryable } from '../../store/sql.ts'

/**
 * Decides which files a purge may delete. Clients write metadata and manifests and can name any file in them, so the
 * database alone decides: a file must lie in a prefix that the relation itself has claimed, in a location that the
 * warehouse allows, and in no physical place that another relation (live, dropped or staged) or another warehouse claims.
 * Files in overlapping places are never deleted.
 */
export class PurgeScope {
  readonly #sql: Queryable
  readonly #owner: { readonly id: string; readonly warehouseId: string }
  readonly #allowed: readonly string[]
  readonly #placeOf: PlaceOf

  private constructor(
    sql: Queryable,
    relationId: string,
    warehouse: Pick<Warehouse, 'id' | 'placeOf'>,
    allowed: readonly string[],
  ) {
    this.#sql = sql
    this.#owner = { id: relationId, warehouseId: warehouse.id }
    this.#allowed = allowed
    this.#placeOf = warehouse.placeOf
  }

  static async open(
    sql: Queryable,
    relationId: string,
    warehouse: Pick<Warehouse, 'id' | 'places' | 'placeOf'>,
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

  /** Returns those of `files` that may be deleted, each once. */
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
    const foreign = new Set<string>(
      places.length === 0 ? [] : await findForeignPlaces(this.#sql, places, this.#owner),
    )
    return [...placesOf]
      .filter(([, above]) => !above.some((place) => foreign.has(place)))
      .map(([{ text }]) => text)
  }

  /** Returns whether a file lies in a prefix of the relation. Other files are not read either. */
  reaches(file: string): boolean {
    return objectWithin(file, this.#allowed) !== null
  }
}
