import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type Location, parsePrefix } from './location.ts'
import { type Route, Routed } from './routed.ts'
import type { Storage, StorageScheme } from './storage.ts'

/**
 * Presents a storage under other locations: clients know the objects of a local directory as `s3://bucket/…`, because
 * they reach them through the storage gateway.
 *
 * @example
 * ```ts
 * new Relabelled({ storage, from: 's3://lakehouse/', to: 'file:///data/warehouse/' })
 * ```
 */
export class Relabelled extends Routed {
  readonly scheme: StorageScheme
  readonly #clientPrefix: string
  readonly #storedPrefix: string

  /**
   * Creates a storage with other locations. It owns the underlying storage.
   *
   * @param labels canonical prefixes with a final `/`: `from` is the prefix that clients see, `to` is the prefix in
   *   the underlying storage
   */
  constructor(labels: { readonly storage: Storage; readonly from: string; readonly to: string }) {
    super(labels.storage)
    this.#clientPrefix = labels.from
    this.#storedPrefix = labels.to
    this.scheme = parsePrefix(labels.from).scheme
  }

  protected override route({ canonical, text }: Location): Route {
    if (!canonical.startsWith(this.#clientPrefix))
      throw new HeadgateError('forbidden', `Location is outside this storage: ${text}`)
    return { storage: this.first, location: this.#storedPrefix + canonical.slice(this.#clientPrefix.length) }
  }

  protected override named(location: string): string {
    return location.startsWith(this.#storedPrefix)
      ? this.#clientPrefix + location.slice(this.#storedPrefix.length)
      : location
  }

  /**
   * Replaces the locations in an error message, because clients must not see paths of the server's disk. The stack
   * keeps them for the log.
   */
  protected override translate<E>(error: E): E {
    if (isHeadgateError(error) && error.message.includes(this.#storedPrefix))
      error.message = error.message.replaceAll(this.#storedPrefix, this.#clientPrefix)
    return error
  }

  /** Closes the underlying storage, which this object owns. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.first[Symbol.asyncDispose]()
  }
}
