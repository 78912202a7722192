import { ancestorPrefixes, canonicalPrefix } from '../../storage/location-relations.ts'
import { type Location, parseObjectLocation } from '../../storage/location.ts'
import { findForeignPrefixes } from '../../store/dropped-relations.ts'
import type { Queryable } from '../../store/sql.ts'

/**
 * Which files a purge may delete: metadata and manifests are written by clients and can name any file at all, so a
 * file must lie in one of the warehouse's allowed locations, and in no other relation's, live, dropped or staged.
 */
export class PurgeScope {
  readonly #sql: Queryable
  readonly #relationId: string
  readonly #allowed: readonly string[]

  /** @param places of the warehouse */
  constructor(sql: Queryable, relationId: string, places: readonly Location[]) {
    this.#sql = sql
    this.#relationId = relationId
    this.#allowed = places.map(canonicalPrefix)
  }

  /** Those of `files` that may be deleted, each once. */
  async filter(files: readonly string[]): Promise<string[]> {
    const candidates = new Map<string, Location>()
    for (const file of files) {
      const location = this.#within(file)
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

  /** True when the file lies where this warehouse may read. */
  reaches(file: string): boolean {
    return this.#within(file) !== null
  }

  #within(file: string): Location | null {
    const location = readable(file)
    if (location === null || !this.#allowed.some((prefix) => location.canonical.startsWith(prefix)))
      return null
    return location
  }
}

/** Null for what is no location of ours: a relative path, another scheme. */
function readable(file: string): Location | null {
  try {
    return parseObjectLocation(file)
  } catch {
    return null
  }
}
