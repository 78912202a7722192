import { Session } from 'node:inspector'

export interface GarbageCollectionOptions {
  /** Time without a further request before the collection, in ms. Default: 30 s. */
  readonly idleMs?: number
  /** Default: a full collection by V8. */
  readonly collect?: () => void
}

/**
 * Runs a full garbage collection after large bodies. V8 collects when a process allocates; a process that is idle after a
 * burst of large bodies would keep their memory until the next burst. The collection also returns free pages of the
 * JavaScript heap to the system. It holds the event loop for a tenth of a second.
 */
export class GarbageCollection {
  readonly #idleMs: number
  readonly #collect: () => void
  #timer: NodeJS.Timeout | undefined

  constructor({ idleMs = 30_000, collect = collectGarbage }: GarbageCollectionOptions = {}) {
    this.#idleMs = idleMs
    this.#collect = collect
  }

  /** Schedules one collection. Another request before it starts the time again. */
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

/** Uses the inspector, because `globalThis.gc` exists only with a flag of V8. */
function collectGarbage(): void {
  const session = new Session()
  session.connect()
  // A session that disconnects in the callback itself never returns.
  session.post('HeapProfiler.collectGarbage', () => setImmediate(() => session.disconnect()))
}
