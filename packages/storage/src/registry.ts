import { LRUCache } from 'lru-cache'
import type { EndpointGuard } from './endpoint-guard.ts'
import { openStorage } from './open-storage.ts'
import type { StorageProfile } from './storage-profile.ts'
import type { Storage } from './storage.ts'

export interface StorageRegistryOptions {
  /** Maximum number of open storages (default 256). */
  readonly max?: number
  /** Time in ms for which a storage stays open after its eviction, for running reads (default 15 min). */
  readonly grace?: number
  /**
   * Checks the connections to endpoints; absent if the operator configured all storage profiles, whose endpoints then
   * need no check.
   */
  readonly guard?: EndpointGuard
  /** Opens the storage of a profile. Tests replace this function. */
  readonly open?: (profile: StorageProfile) => Promise<Storage>
}

export interface VersionedProfile {
  /** Id of the warehouse. */
  readonly id: string
  /** Version of the warehouse. It changes with each change of the storage profile. */
  readonly version: number | string
  readonly profile: StorageProfile
}

/**
 * The open storages of this process, one for each warehouse and version of its profile. The registry owns them:
 * callers do not dispose or keep them, and call `open` again for each request.
 *
 * @example
 * ```ts
 * const storage = await registry.open({ id: warehouse.id, version: warehouse.version, profile: warehouse.storage })
 * ```
 */
export class StorageRegistry implements AsyncDisposable {
  readonly #cache: LRUCache<string, Promise<Storage>>
  readonly #retired = new Map<Promise<Storage>, NodeJS.Timeout>()
  readonly #open: (profile: StorageProfile) => Promise<Storage>

  constructor(options: StorageRegistryOptions = {}) {
    // A missing directory is an error here, because the directory was created together with the warehouse.
    this.#open = options.open ?? ((profile) => openStorage(profile, true, options.guard))
    const grace = options.grace ?? 15 * 60_000
    this.#cache = new LRUCache({
      max: options.max ?? 256,
      dispose: (storage) => this.#retire(storage, grace),
    })
  }

  /** Opens a storage. Concurrent callers share one attempt to open the storage. A failed attempt is not cached. */
  open(profiled: VersionedProfile): Promise<Storage> {
    const key = JSON.stringify([profiled.id, profiled.version])
    const known = this.#cache.get(key)
    if (known !== undefined) return known
    const opening = this.#open(profiled.profile)
    this.#cache.set(key, opening)
    opening.catch(() => {
      if (this.#cache.peek(key) === opening) this.#cache.delete(key)
    })
    return opening
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cache.clear()
    const ends = [...this.#retired].map(([storage, timer]) => {
      clearTimeout(timer)
      return close(storage)
    })
    this.#retired.clear()
    await Promise.all(ends)
  }

  #retire(storage: Promise<Storage>, grace: number): void {
    const timer = setTimeout(() => {
      this.#retired.delete(storage)
      void close(storage)
    }, grace)
    this.#retired.set(storage, timer.unref())
  }
}

/**
 * Closes a storage. Ignores a storage that could not be opened or closed: it has no resource that could be released.
 */
async function close(opening: Promise<Storage>): Promise<void> {
  try {
    const storage = await opening
    await storage[Symbol.asyncDispose]()
  } catch {
    // A storage that could not be opened or closed has no resource to release.
  }
}
