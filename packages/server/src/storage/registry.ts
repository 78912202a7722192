import { sharedCache, type SharedCache } from '../cache.ts'
import type { EndpointGuard } from './endpoint-guard.ts'
import { openStorage } from './open-storage.ts'
import type { StorageProfile } from './storage-profile.ts'
import type { Storage } from './storage.ts'

export interface StorageRegistryOptions {
  /** Storages kept open (default 256). */
  readonly max?: number
  /** Milliseconds that a storage lives on after it has left the cache, for those who still read from it (default 15 min). */
  readonly grace?: number
  /** Checks the connections to endpoints; absent: all profiles are the operator's own. */
  readonly guard?: EndpointGuard
  /** For tests: how a profile becomes a storage. */
  readonly open?: (profile: StorageProfile) => Promise<Storage>
}

export interface VersionedProfile {
  /** Of the warehouse. */
  readonly id: string
  /** Changes whenever the profile does. */
  readonly version: number | string
  readonly profile: StorageProfile
}

/**
 * The open storages of this process, one for each warehouse and version of its profile. They belong to the registry:
 * users neither dispose nor keep them, but ask again for every request.
 *
 * @example
 * ```ts
 * const storage = await registry.open({ id: warehouse.id, version: warehouse.version, profile: warehouse.storage })
 * ```
 */
export class StorageRegistry implements AsyncDisposable {
  readonly #cache: SharedCache<Promise<Storage>>
  readonly #retired = new Map<Promise<Storage>, NodeJS.Timeout>()
  readonly #open: (profile: StorageProfile) => Promise<Storage>

  constructor(options: StorageRegistryOptions = {}) {
    // Who made the warehouse made its directory.
    this.#open = options.open ?? ((profile) => openStorage(profile, true, options.guard))
    const grace = options.grace ?? 15 * 60_000
    this.#cache = sharedCache({ max: options.max ?? 256, dispose: (storage) => this.#retire(storage, grace) })
  }

  /** Callers at the same time share one opening; one that fails is forgotten. */
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

/** What could not be opened, or not be closed, holds nothing that we could still give back. */
async function close(opening: Promise<Storage>): Promise<void> {
  try {
    const storage = await opening
    await storage[Symbol.asyncDispose]()
  } catch {
    // See above.
  }
}
