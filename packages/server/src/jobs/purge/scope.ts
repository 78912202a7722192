import { isPlaceWithin, objectWithin } from '../../catalog/own-places.ts'
import { ancestorPrefixes, canonicalPrefix } from '../../storage/location-relations.ts'
import type { Location } from '../../storage/location.ts'
import { findForeignPrefixes, findOwnPrefixes } from '../../store/dropped-relations.ts'
import type { Queryable } from '../../store/sql.ts'

/**
 * Decides which files a purge may delete. Clients write metadata and manifests and can name any file in them, so the
 * database alone decides: a file must lie in a prefix that the relation itself has claimed, in a location that the
 * warehouse allows, and in no prefix of another relation, live, dropped or staged.
 */
export class PurgeScope {
  readonly #sql: Queryable
  readonly #relationId: string
  readonly #allowed: readonly string[]

  private constructor(sql: Queryable, relationId: string, allowed: readonly string[]) {
    this.#sql = sql
    this.#relationId = relationId
    this.#allowed = allowed
  }

  /** @param places locations that the warehouse allows */
  static async open(sql: Queryable, relationId: string, places: readonly Location[]): Promise<PurgeScope> {
    const allowed = places.map(canonicalPrefix)
    const own = await findOwnPrefixes(sql, relationId)
    return new PurgeScope(
      sql,
      relationId,
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
    const prefixesOf = new Map(
      [...candidates.values()].map((location) => [location, ancestorPrefixes(location)]),
    )
    const prefixes = [...new Set([...prefixesOf.values()].flat())]
    const foreign = new Set(
      prefixes.length === 0 ? [] : await findForeignPrefixes(this.#sql, prefixes, this.#relationId),
    )
    return [...prefixesOf]
      .filter(([, above]) => !above.some((prefix) => foreign.has(prefix)))
      .map(([{ text }]) => text)
  }

  /** Returns whether a file lies in a prefix of the relation. Other files are not read either. */
  reaches(file: string): boolean {
    return objectWithin(file, this.#allowed) !== null
  }
}
