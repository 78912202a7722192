import { Session } from 'node:inspector'

export interface GarbageCollectionOptions {
  /** Time in ms between the last call of `request` and the collection. Default: 30 s. */
  readonly idleMs?: number
  /** Runs a collection. Default: a full garbage collection of V8. */
  readonly collect?: () => void
}

/**
 * Runs a full garbage collection after large bodies. V8 collects when a process allocates; a process that is
 * idle after a burst of large bodies would keep their memory until the next burst. The collection also returns
 * free pages of the JavaScript heap to the system. The collection blocks the event loop for about 100 ms.
 */
export class GarbageCollection {
  readonly #idleMs: number
  readonly #collect: () => void
  #timer: NodeJS.Timeout | undefined

  constructor({ idleMs = 30_000, collect = collectGarbage }: GarbageCollectionOptions = {}) {
    this.#idleMs = idleMs
    this.#collect = collect
  }

  /** Schedules one collection. A further call before the collection postpones it. */
  request(): void {
    if (this.#timer !== undefined) {
      this.#timer.refresh()
      return
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#collect()
    }, this.#idleMs).unref()
  }
}

/** Runs a full collection through the inspector, because `globalThis.gc` exists only with a flag of V8. */
function collectGarbage(): void {
  const session = new Session()
  session.connect()
  // `disconnect` must not be called inside the callback, because it would never return.
  session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()))
}
