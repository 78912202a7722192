import { type WaitOptions, waitFor } from '@headgate/http'

/** Options of {@link SessionCache}. */
export interface SessionCacheOptions {
  /**
   * Maximum number of sessions. Above this number, the cache closes the least recently used session. Default: 10,000.
   */
  readonly max?: number
  /** Time after its last use at which a session is closed, in ms. Default: 1 hour. */
  readonly idleMs?: number
  /** Returns the current time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
}

interface Entry<T> {
  readonly session: Promise<T>
  usedAt: number
}

/**
 * Caches sessions by key. Concurrent callers of one key share the creation of its session. Use
 * {@link digestKey} for keys: two callers with equal keys share a session. A session whose creation failed is
 * not cached. A session that leaves the cache is closed.
 *
 * @example
 * ```ts
 * const sessions = new SessionCache<ReadyProvider>()
 * const key = await digestKey({ type: 'bearer', token: 'secret' })
 * const provider = await sessions.get(key, () => bearer({ token: 'secret' }))
 * ```
 */
export class SessionCache<T extends AsyncDisposable> implements AsyncDisposable {
  readonly #max: number
  readonly #idleMs: number
  readonly #now: () => number
  /** Cached sessions in the order of their last use, the least recently used first. */
  readonly #entries = new Map<string, Entry<T>>()

  constructor(options: SessionCacheOptions = {}) {
    this.#max = options.max ?? 10_000
    this.#idleMs = options.idleMs ?? 3_600_000
    this.#now = options.now ?? Date.now
  }

  /**
   * Returns the session of a key. If none is cached, `create` is called. The signal ends only the wait of
   * this caller.
   *
   * @throws the error of `create`, or the reason of the signal
   */
  async get(key: string, create: () => Promise<T>, wait: WaitOptions = {}): Promise<T> {
    this.#evictIdle()
    const entry = this.#entries.get(key) ?? this.#add(key, create)
    entry.usedAt = this.#now()
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#evictExcess()
    return await waitFor(entry.session, wait.signal)
  }

  /** Closes and removes the session of a key, for example when its user logs out. */
  async delete(key: string): Promise<void> {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    await close(entry)
  }

  get size(): number {
    return this.#entries.size
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [...this.#entries.values()]
    this.#entries.clear()
    await Promise.all(all.map(close))
  }

  #add(key: string, create: () => Promise<T>): Entry<T> {
    const entry: Entry<T> = { session: create(), usedAt: this.#now() }
    this.#entries.set(key, entry)
    entry.session.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    })
    return entry
  }

  #evictIdle(): void {
    const oldest = this.#now() - this.#idleMs
    for (const [key, entry] of this.#entries) {
      if (entry.usedAt >= oldest) return
      this.#evict(key, entry)
    }
  }

  #evictExcess(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#max) return
      this.#evict(key, entry)
    }
  }

  #evict(key: string, entry: Entry<T>): void {
    this.#entries.delete(key)
    void close(entry)
  }
}

async function close<T extends AsyncDisposable>(entry: Entry<T>): Promise<void> {
  try {
    await (await entry.session)[Symbol.asyncDispose]()
  } catch {
    // Both errors are ignored: `get` has already thrown the error of a failed creation, and an error while closing
    // affects no caller.
  }
}
