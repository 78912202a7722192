import { HeadgateError, isHeadgateError } from '@headgate/errors'
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

/** Storage that `StorageOnDemand` opened for one call, with the keys that are current at this time. */
export interface OpenedForCall {
  readonly storage: Storage
  /**
   * Discards the keys that the object store has refused. Returns true when the next call opens a storage with other
   * keys, so that the refused call may be repeated.
   */
  discard(): boolean
}

export interface StorageOnDemandOptions {
  readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities
  /** Returns a storage with the current keys. `StorageOnDemand` calls this function for each of its calls. */
  open(): Promise<OpenedForCall>
}

/** Capabilities of an S3 storage, which are known before the storage is opened. */
export const s3Capabilities: StorageCapabilities = {
  conditionalPut: true,
  ifMatch: 'store',
  multipart: true,
  minPartSize: 5 * 1024 * 1024,
  contentType: true,
}

/**
 * Storage whose keys change while it is used. Opens the storage with the current keys for each call. When the object
 * store refuses the keys, and other keys are available, repeats the call once, unless its body is a stream.
 */
export class StorageOnDemand implements Storage {
  readonly scheme: StorageScheme
  readonly capabilities: StorageCapabilities
  readonly #open: () => Promise<OpenedForCall>

  constructor({ scheme, capabilities, open }: StorageOnDemandOptions) {
    this.scheme = scheme
    this.capabilities = capabilities
    this.#open = open
  }

  head(location: string, options?: CallOptions): Promise<ObjectInfo | null> {
    return this.#call((storage) => storage.head(location, options))
  }

  get(location: string, options?: GetOptions): Promise<StoredObject> {
    return this.#call((storage) => storage.get(location, options))
  }

  getBytes(location: string, options: CallOptions & { readonly maxBytes: number }): Promise<Buffer> {
    return this.#call((storage) => storage.getBytes(location, options))
  }

  put(location: string, body: Body, options?: PutOptions): Promise<{ etag: string }> {
    return this.#call((storage) => storage.put(location, body, options), isRepeatable(body))
  }

  delete(location: string, options?: CallOptions): Promise<void> {
    return this.#call((storage) => storage.delete(location, options))
  }

  deleteMany(
    locations: readonly string[],
    options?: CallOptions,
  ): Promise<{ failed: readonly DeleteFailure[] }> {
    return this.#call((storage) => storage.deleteMany(locations, options))
  }

  list(prefix: string, options?: ListOptions): AsyncIterable<ListEntry> {
    return this.#list((storage) => storage.list(prefix, options))
  }

  copy(from: string, to: string, options?: CallOptions): Promise<{ etag: string }> {
    return this.#call((storage) => storage.copy(from, to, options))
  }

  createUpload(
    location: string,
    options?: CallOptions & { readonly contentType?: string },
  ): Promise<{ uploadId: string }> {
    return this.#call((storage) => storage.createUpload(location, options))
  }

  uploadPart(
    location: string,
    uploadId: string,
    partNumber: number,
    body: Body,
    options?: UploadPartOptions,
  ): Promise<{ etag: string }> {
    return this.#call(
      (storage) => storage.uploadPart(location, uploadId, partNumber, body, options),
      isRepeatable(body),
    )
  }

  listParts(location: string, uploadId: string, options?: CallOptions): AsyncIterable<PartInfo> {
    return this.#list((storage) => storage.listParts(location, uploadId, options))
  }

  completeUpload(
    location: string,
    uploadId: string,
    parts: readonly CompletedPart[],
    options?: CallOptions & WriteCondition,
  ): Promise<{ etag: string }> {
    return this.#call((storage) => storage.completeUpload(location, uploadId, parts, options))
  }

  abortUpload(location: string, uploadId: string, options?: CallOptions): Promise<void> {
    return this.#call((storage) => storage.abortUpload(location, uploadId, options))
  }

  check(signal?: AbortSignal): Promise<void> {
    return this.#call((storage) => storage.check(signal))
  }

  async #call<T>(run: (storage: Storage) => Promise<T>, repeatable = true): Promise<T> {
    const opened = await this.#open()
    try {
      return await run(opened.storage)
    } catch (error) {
      if (!isHeadgateError(error, 'forbidden') || !opened.discard()) throw error
      if (repeatable) return await run((await this.#open()).storage)
      throw new HeadgateError('unavailable', 'The keys of the storage were renewed: repeat the request.', {
        cause: error,
        retryAfterSeconds: 1,
      })
    }
  }

  /** Lists objects. Repeats the list with other keys only if the object store refused the first page. */
  async *#list<T>(run: (storage: Storage) => AsyncIterable<T>): AsyncIterable<T> {
    const opened = await this.#open()
    let isStarted = false
    try {
      for await (const item of run(opened.storage)) {
        isStarted = true
        yield item
      }
    } catch (error) {
      if (isStarted || !isHeadgateError(error, 'forbidden') || !opened.discard()) throw error
      yield* run((await this.#open()).storage)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The function that opens the storages owns them.
  }
}

/**
 * Returns a storage that refuses every call, for a warehouse whose storage the server cannot access.
 *
 * @param message error message of each call
 */
export function inaccessibleStorage(message: string): Storage {
  return new StorageOnDemand({
    scheme: 's3',
    capabilities: s3Capabilities,
    open: () => Promise.reject(new HeadgateError('forbidden', message)),
  })
}

function isRepeatable(body: Body): boolean {
  return body instanceof Uint8Array
}
