import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix } from '../storage/location-relations.ts'
import { parseLocation, parsePrefix } from '../storage/location.ts'
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
} from '../storage/storage.ts'

/** One place, and the storage that owns it. */
export interface StoragePlace {
  readonly place: string
  readonly storage: Storage
}

/**
 * Several places on one store as one storage: each location goes to the storage whose place holds it. The storages
 * belong to somebody else.
 */
export class ManyPlaces implements Storage {
  readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities
  readonly existsSync?: (location: string) => boolean
  readonly #places: readonly { readonly prefix: string; readonly storage: Storage }[]

  /** @param places of one kind; the first is asked when a location is in none, and refuses it */
  constructor(places: readonly StoragePlace[]) {
    const [first] = places
    if (first === undefined) throw new HeadgateError('internal', 'A storage needs a place.')
    this.#places = places.map(({ place, storage }) => ({
      prefix: canonicalPrefix(parseLocation(place)),
      storage,
    }))
    this.scheme = first.storage.scheme
    this.capabilities = first.storage.capabilities
    if (first.storage.existsSync)
      this.existsSync = (location) => this.#at(location).existsSync?.(location) ?? false
  }

  async head(location: string, options?: CallOptions): Promise<ObjectInfo | null> {
    return this.#at(location).head(location, options)
  }

  async get(location: string, options?: GetOptions): Promise<StoredObject> {
    return this.#at(location).get(location, options)
  }

  async getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer> {
    return this.#at(location).getBytes(location, options)
  }

  async put(location: string, body: Body, options?: PutOptions): Promise<{ etag: string }> {
    return this.#at(location).put(location, body, options)
  }

  async delete(location: string, options?: CallOptions): Promise<void> {
    return this.#at(location).delete(location, options)
  }

  async deleteMany(
    locations: readonly string[],
    options?: CallOptions,
  ): Promise<{ failed: readonly DeleteFailure[] }> {
    const failed: DeleteFailure[] = []
    const byStorage = new Map<Storage, string[]>()
    for (const location of locations) {
      try {
        const storage = this.#at(location)
        byStorage.set(storage, [...(byStorage.get(storage) ?? []), location])
      } catch (error) {
        failed.push({ location, error: error instanceof Error ? error : new Error(String(error)) })
      }
    }
    for (const [storage, own] of byStorage) failed.push(...(await storage.deleteMany(own, options)).failed)
    return { failed }
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ListEntry> {
    return this.#at(prefix).list(prefix, options)
  }

  async copy(from: string, to: string, options: CallOptions = {}): Promise<{ etag: string }> {
    const source = this.#at(from)
    const target = this.#at(to)
    if (source === target) return source.copy(from, to, options)
    const { body, length } = await source.get(from, options)
    return target.put(to, body, { ...options, size: length })
  }

  async createUpload(
    location: string,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<{ uploadId: string }> {
    return this.#at(location).createUpload(location, options)
  }

  async uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options?: UploadPartOptions,
  ): Promise<{ etag: string }> {
    return this.#at(location).uploadPart(location, uploadId, partNumber, body, options)
  }

  listParts(location: string, uploadId: string, options?: CallOptions): AsyncIterable<PartInfo> {
    return this.#at(location).listParts(location, uploadId, options)
  }

  async completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: CallOptions & WriteCondition,
  ): Promise<{ etag: string }> {
    return this.#at(location).completeUpload(location, uploadId, parts, options)
  }

  async abortUpload(location: string, uploadId: string, options?: CallOptions): Promise<void> {
    return this.#at(location).abortUpload(location, uploadId, options)
  }

  async check(signal?: AbortSignal): Promise<void> {
    for (const { storage } of this.#places) await storage.check(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Whoever opened the storages closes them.
  }

  #at(location: string): Storage {
    const { canonical } = parsePrefix(location)
    const place = this.#places.find(({ prefix }) => canonical.startsWith(prefix)) ?? this.#places[0]
    if (place === undefined) throw new HeadgateError('internal', 'A storage needs a place.')
    return place.storage
  }
}
