import { HeadgateError } from '@headgate/errors'
import type {
  Body,
  CallOptions,
  CompletedPart,
  DeleteFailure,
  GetOptions,
  ListEntry,
  ListOptions,
  ObjectInfo,
  PartInfo,
  PutOptions,
  Storage,
  StorageCapabilities,
  StorageScheme,
  StoredObject,
  UploadPartOptions,
  WriteCondition,
} from './storage.ts'
import { parseObjectLocation, parsePrefix } from './location.ts'

/**
 * A storage under other locations than its own: a local directory whose objects clients know as `s3://bucket/…`, because
 * they reach them through the storage gateway.
 *
 * @example
 * ```ts
 * new Relabelled({ storage, from: 's3://lakehouse/', to: 'file:///data/warehouse/' })
 * ```
 */
export class Relabelled implements Storage {
  readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities
  readonly existsSync?: (location: string) => boolean
  readonly #storage: Storage
  readonly #from: string
  readonly #to: string

  /** @param labels canonical prefixes: what clients see, and what the storage has; both end in `/` */
  constructor(labels: { readonly storage: Storage; readonly from: string; readonly to: string }) {
    this.#storage = labels.storage
    this.#from = labels.from
    this.#to = labels.to
    this.scheme = parsePrefix(labels.from).scheme
    this.capabilities = labels.storage.capabilities
    const exists = labels.storage.existsSync?.bind(labels.storage)
    if (exists) this.existsSync = (location) => exists(this.#inner(location))
  }

  async head(location: string, options?: CallOptions): Promise<ObjectInfo | null> {
    return this.#storage.head(this.#inner(location), options)
  }

  async get(location: string, options?: GetOptions): Promise<StoredObject> {
    return this.#storage.get(this.#inner(location), options)
  }

  async getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer> {
    return this.#storage.getBytes(this.#inner(location), options)
  }

  async put(location: string, body: Body, options?: PutOptions): Promise<{ etag: string }> {
    return this.#storage.put(this.#inner(location), body, options)
  }

  async delete(location: string, options?: CallOptions): Promise<void> {
    await this.#storage.delete(this.#inner(location), options)
  }

  async deleteMany(
    locations: readonly string[],
    options?: CallOptions,
  ): Promise<{ failed: readonly DeleteFailure[] }> {
    const inner = locations.map((location) => this.#inner(location))
    const { failed } = await this.#storage.deleteMany(inner, options)
    return { failed: failed.map(({ location, error }) => ({ location: this.#outer(location), error })) }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ListEntry> {
    const { startAfter } = options
    const inner =
      startAfter === undefined ? options : { ...options, startAfter: this.#innerPrefix(startAfter) }
    for await (const entry of this.#storage.list(this.#innerPrefix(prefix), inner)) {
      yield { ...entry, location: this.#outer(entry.location) }
    }
  }

  async copy(from: string, to: string, options?: CallOptions): Promise<{ etag: string }> {
    return this.#storage.copy(this.#inner(from), this.#inner(to), options)
  }

  async createUpload(
    location: string,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<{ uploadId: string }> {
    return this.#storage.createUpload(this.#inner(location), options)
  }

  async uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options?: UploadPartOptions,
  ): Promise<{ etag: string }> {
    return this.#storage.uploadPart(this.#inner(location), uploadId, partNumber, body, options)
  }

  listParts(location: string, uploadId: string, options?: CallOptions): AsyncIterable<PartInfo> {
    return this.#storage.listParts(this.#inner(location), uploadId, options)
  }

  async completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: CallOptions & WriteCondition,
  ): Promise<{ etag: string }> {
    return this.#storage.completeUpload(this.#inner(location), uploadId, parts, options)
  }

  async abortUpload(location: string, uploadId: string, options?: CallOptions): Promise<void> {
    await this.#storage.abortUpload(this.#inner(location), uploadId, options)
  }

  async check(signal?: AbortSignal): Promise<void> {
    await this.#storage.check(signal)
  }

  /** It owns the storage that it was given. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#storage[Symbol.asyncDispose]()
  }

  #inner(location: string): string {
    return this.#translated(parseObjectLocation(location).canonical, location)
  }

  #innerPrefix(prefix: string): string {
    return this.#translated(parsePrefix(prefix).canonical, prefix)
  }

  #translated(canonical: string, given: string): string {
    if (canonical.startsWith(this.#from)) return this.#to + canonical.slice(this.#from.length)
    throw new HeadgateError('forbidden', `Location is outside this storage: ${given}`)
  }

  #outer(location: string): string {
    return location.startsWith(this.#to) ? this.#from + location.slice(this.#to.length) : location
  }
}
