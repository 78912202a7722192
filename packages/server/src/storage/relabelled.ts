import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { type Location, parsePrefix } from './location.ts'
import { type Lead, Routed } from './routed.ts'
import type { Storage, StorageScheme } from './storage.ts'

/**
 * A storage under other locations than its own: a local directory whose objects clients know as `s3://bucket/…`, because
 * they reach them through the storage gateway.
 *
 * @example
 * ```ts
 * new Relabelled({ storage, from: 's3://lakehouse/', to: 'file:///data/warehouse/' })
 * ```
 */
export class Relabelled extends Routed {
  readonly scheme: StorageScheme
  readonly #from: string
  readonly #to: string

  /** @param labels canonical prefixes: what clients see, and what the storage has; both end in `/` */
  constructor(labels: { readonly storage: Storage; readonly from: string; readonly to: string }) {
    super(labels.storage)
    this.#from = labels.from
    this.#to = labels.to
    this.scheme = parsePrefix(labels.from).scheme
  }

  protected override lead({ canonical, text }: Location): Lead {
    if (!canonical.startsWith(this.#from))
      throw new HeadgateError('forbidden', `Location is outside this storage: ${text}`)
    return { storage: this.first, location: this.#to + canonical.slice(this.#from.length) }
  }

  protected override named(location: string): string {
    return location.startsWith(this.#to) ? this.#from + location.slice(this.#to.length) : location
  }

  /** Messages reach clients, to whom it is no matter where on the server's disk this is; the stack keeps that for the log. */
  protected override told<E>(error: E): E {
    if (isHeadgateError(error) && error.message.includes(this.#to))
      error.message = error.message.replaceAll(this.#to, this.#from)
    return error
  }

  /** It owns the storage that it was given. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.first[Symbol.asyncDispose]()
  }
}
