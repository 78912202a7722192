import { canonicalPrefix } from './location-relations.ts'
import { type Location, parseLocation } from './location.ts'
import { type Lead, Routed } from './routed.ts'
import type { Storage, StorageScheme } from './storage.ts'

/** One place, and the storage that owns it. */
export interface StoragePlace {
  readonly place: string
  readonly storage: Storage
}

/**
 * Combines several places on one store into one storage. Each location is passed to the storage whose place contains
 * it. The caller owns these storages and closes them.
 */
export class ManyPlaces extends Routed {
  readonly scheme: StorageScheme
  readonly #places: readonly { readonly prefix: string; readonly storage: Storage }[]

  /** @param first receives locations that are in no place, and refuses them; the others have the same type */
  constructor(first: StoragePlace, others: readonly StoragePlace[]) {
    super(
      first.storage,
      others.map(({ storage }) => storage),
    )
    this.scheme = first.storage.scheme
    this.#places = [first, ...others].map(({ place, storage }) => ({
      prefix: canonicalPrefix(parseLocation(place)),
      storage,
    }))
  }

  protected override lead({ canonical, text }: Location): Lead {
    const owner = this.#places.find(({ prefix }) => canonical.startsWith(prefix))
    return { storage: owner?.storage ?? this.first, location: text }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The caller that opened the storages closes them.
  }
}
