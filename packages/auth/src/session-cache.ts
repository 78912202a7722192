import { type WaitOptions, waitFor } from '@headgate/http'

export interface SessionCacheOptions {
  /** How many are kept; the one unused for longest goes first. Default 10,000. */
  readonly max?: number
  /** Milliseconds after its last use until one goes. Default one hour. */
  readonly idleMs?: number
  readonly now?: () => number
}

interface Entry<T> {
  readonly session: Promise<T>
  usedAt: number
}

/**
 * Caches sessions by key. Concurrent callers of one key share the creation of its session. Use {@link digestKey} for keys:
 * two callers with equal keys share a session. A session whose creation failed is not cached. A session that leaves the cache
 * is closed.
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
  /** The one used last stands last. */
  readonly #entries = new Map<string, Entry<T>>()

  constructor(options: SessionCacheOptions = {}) {
    this.#max = options.max ?? 10_000
    this.#idleMs = options.idleMs ?? 3_600_000
    this.#now = options.now ?? Date.now
  }

  /** The session of a key; `make` is called when there is none. A signal ends the wait of its caller alone. */
  async get(key: string, make: () => Promise<T>, wait: WaitOptions = {}): Promise<T> {
    this.#dropIdle()
    const entry = this.#entries.get(key) ?? this.#add(key, make)
    entry.usedAt = this.#now()
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#dropTooMany()
    return await waitFor(entry.session, wait.signal)
  }

  /** Closes the session of a key: for a person who logged out. */
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

  #add(key: string, make: () => Promise<T>): Entry<T> {
    const entry: Entry<T> = { session: make(), usedAt: this.#now() }
    this.#entries.set(key, entry)
    entry.session.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key)
    })
    return entry
  }

  #dropIdle(): void {
    const oldest = this.#now() - this.#idleMs
    for (const [key, entry] of this.#entries) {
      if (entry.usedAt >= oldest) return
      this.#drop(key, entry)
    }
  }

  #dropTooMany(): void {
    for (const [key, entry] of this.#entries) {
      if (this.#entries.size <= this.#max) return
      this.#drop(key, entry)
    }
  }

  #drop(key: string, entry: Entry<T>): void {
    this.#entries.delete(key)
    void close(entry)
  }
}

async function close<T extends AsyncDisposable>(entry: Entry<T>): Promise<void> {
  try {
    await (await entry.session)[Symbol.asyncDispose]()
  } catch {
    // It was never made, or could not be closed: there is nobody who could do anything about it.
  }
}
