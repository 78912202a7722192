import { LRUCache } from 'lru-cache'
import { type Location, parseObjectLocation, parsePrefix } from './location.ts'
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
  SweepOptions,
  SweepResult,
  UploadPartOptions,
  WriteCondition,
} from './storage.ts'

const nothing: SweepResult = { files: 0, uploads: 0 }

/** Route of a call: the underlying storage that owns an object, and the location of the object in this storage. */
export interface Route {
  readonly storage: Storage
  readonly location: string
}

/** Storage that combines other storages. It passes each call to the underlying storage that owns the location. */
export abstract class Routed implements Storage {
  abstract readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities
  readonly existsSync?: (location: string) => boolean
  protected readonly first: Storage
  readonly #others: readonly Storage[]

  /**
   * Creates a storage that combines `first` and further underlying storages.
   *
   * @param others further underlying storages of the same type, with the same capabilities
   */
  constructor(first: Storage, others: readonly Storage[] = []) {
    this.first = first
    this.#others = others
    this.capabilities = first.capabilities
    if (first.existsSync) {
      // Caches the results, because each load of a table calls this function, and parsing a location takes longer
      // than the look-up.
      const routes = new LRUCache<string, Route>({ max: 10_000 })
      this.existsSync = (location) => {
        let at = routes.get(location)
        if (at === undefined) routes.set(location, (at = this.#object(location)))
        try {
          return at.storage.existsSync?.(at.location) ?? false
        } catch (error) {
          throw this.translate(error)
        }
      }
    }
  }

  /**
   * Returns the underlying storage for the location of an object or for a prefix.
   *
   * @throws HeadgateError `forbidden` if no underlying storage contains the location, unless the returned storage
   *   refuses this location
   */
  protected abstract route(location: Location): Route

  /** Converts a location of an underlying storage to the location that callers use. */
  protected named(location: string): string {
    return location
  }

  /** Converts an error of an underlying storage to the error that callers get. */
  protected translate<E>(error: E): E {
    return error
  }

  abstract [Symbol.asyncDispose](): Promise<void>

  async head(location: string, options?: CallOptions): Promise<ObjectInfo | null> {
    const at = this.#object(location)
    return this.#asked(at.storage.head(at.location, options))
  }

  async get(location: string, options?: GetOptions): Promise<StoredObject> {
    const at = this.#object(location)
    return this.#asked(at.storage.get(at.location, options))
  }

  async getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer> {
    const at = this.#object(location)
    return this.#asked(at.storage.getBytes(at.location, options))
  }

  async put(location: string, body: Body, options?: PutOptions): Promise<{ etag: string }> {
    const at = this.#object(location)
    return this.#asked(at.storage.put(at.location, body, options))
  }

  async delete(location: string, options?: CallOptions): Promise<void> {
    const at = this.#object(location)
    await this.#asked(at.storage.delete(at.location, options))
  }

  async deleteMany(
    locations: readonly string[],
    options?: CallOptions,
  ): Promise<{ failed: readonly DeleteFailure[] }> {
    const failed: DeleteFailure[] = []
    const own = new Map<Storage, string[]>()
    for (const location of locations) {
      try {
        const at = this.#object(location)
        const others = own.get(at.storage)
        if (others === undefined) own.set(at.storage, [at.location])
        else others.push(at.location)
      } catch (error) {
        failed.push({ location, error: error instanceof Error ? error : new Error(String(error)) })
      }
    }
    for (const [storage, inner] of own) {
      const result = await this.#asked(storage.deleteMany(inner, options))
      for (const { location, error } of result.failed)
        failed.push({ location: this.named(location), error: this.translate(error) })
    }
    return { failed }
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ListEntry> {
    const at = this.route(parsePrefix(prefix))
    const { startAfter } = options
    const inner =
      startAfter === undefined
        ? options
        : { ...options, startAfter: this.route(parsePrefix(startAfter)).location }
    for await (const entry of this.#listed(() => at.storage.list(at.location, inner)))
      yield { ...entry, location: this.named(entry.location) }
  }

  /** Copies an object. Between two storages, the server reads and writes the bytes. */
  async copy(from: string, to: string, options: CallOptions = {}): Promise<{ etag: string }> {
    const source = this.#object(from)
    const target = this.#object(to)
    if (source.storage === target.storage)
      return this.#asked(source.storage.copy(source.location, target.location, options))
    const { body, length } = await this.#asked(source.storage.get(source.location, options))
    return this.#asked(target.storage.put(target.location, body, { ...options, size: length }))
  }

  async createUpload(
    location: string,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<{ uploadId: string }> {
    const at = this.#object(location)
    return this.#asked(at.storage.createUpload(at.location, options))
  }

  async uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options?: UploadPartOptions,
  ): Promise<{ etag: string }> {
    const at = this.#object(location)
    return this.#asked(at.storage.uploadPart(at.location, uploadId, partNumber, body, options))
  }

  async *listParts(location: string, uploadId: string, options?: CallOptions): AsyncIterable<PartInfo> {
    const at = this.#object(location)
    yield* this.#listed(() => at.storage.listParts(at.location, uploadId, options))
  }

  async completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: CallOptions & WriteCondition,
  ): Promise<{ etag: string }> {
    const at = this.#object(location)
    return this.#asked(at.storage.completeUpload(at.location, uploadId, parts, options))
  }

  async abortUpload(location: string, uploadId: string, options?: CallOptions): Promise<void> {
    const at = this.#object(location)
    await this.#asked(at.storage.abortUpload(at.location, uploadId, options))
  }

  async check(signal?: AbortSignal): Promise<void> {
    for (const storage of [this.first, ...this.#others]) await this.#asked(storage.check(signal))
  }

  async sweep(options: SweepOptions): Promise<SweepResult> {
    let [files, uploads] = [0, 0]
    for (const storage of [this.first, ...this.#others]) {
      const removed = await this.#asked(storage.sweep?.(options) ?? Promise.resolve(nothing))
      files += removed.files
      uploads += removed.uploads
    }
    return { files, uploads }
  }

  /** Returns the route of a call for one object. */
  #object(location: string): Route {
    return this.route(parseObjectLocation(location))
  }

  /** Waits for a response of an underlying storage, and converts its error. */
  async #asked<T>(response: Promise<T>): Promise<T> {
    try {
      return await response
    } catch (error) {
      throw this.translate(error)
    }
  }

  async *#listed<T>(list: () => AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* list()
    } catch (error) {
      throw this.translate(error)
    }
  }
}
