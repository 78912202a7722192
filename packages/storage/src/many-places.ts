import { canonicalPrefix } from './location-relations.ts'
import { type Location, parseLocation } from './location.ts'
import { type Route, Routed } from './routed.ts'
import type { Storage, StorageScheme } from './storage.ts'

/** A location prefix, and the storage that contains the objects below it. */
export interface StoragePlace {
  readonly place: string
  readonly storage: Storage
}

/**
 * Combines several storages on one object store into one storage. Passes each call to the storage whose prefix
 * contains the location. The caller owns the combined storages and closes them.
 */
export class ManyPlaces extends Routed {
  readonly scheme: StorageScheme
  readonly #places: readonly { readonly prefix: string; readonly storage: Storage }[]

  /**
   * Creates a storage that combines storages by their location prefixes.
   *
   * @param first receives locations that no prefix contains, and refuses them; all storages must have the same type
   */
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

  protected override route({ canonical, text }: Location): Route {
    const owner = this.#places.find(({ prefix }) => canonical.startsWith(prefix))
    return { storage: owner?.storage ?? this.first, location: text }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The caller that opened the storages closes them.
  }
}
