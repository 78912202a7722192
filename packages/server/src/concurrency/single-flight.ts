/**
 * Running work. `result` is removed when the work ends: V8 keeps deleted entries of a frequently changed `Map` reachable
 * until the next full garbage collection, which would keep all results of that time in memory.
 */
interface Flight<T> {
  result: Promise<T> | null
}

/**
 * Shares asynchronous work between concurrent callers with the same key. Results and errors are not cached: after the
 * work has ended, the next call starts it again.
 *
 * @example
 * ```ts
 * const reads = new SingleFlight<Row>()
 * const row = await reads.join(id, () => findRow(sql, id)) // joins a read that is already running
 * const fresh = await reads.joinNext(id, () => findRow(sql, id)) // never joins a read that started earlier
 * ```
 */
export class SingleFlight<T> {
  readonly #running = new Map<string, Flight<T>>()
  readonly #next = new Map<string, Promise<T>>()

  /** Returns true while work for the key is running. */
  isRunning(key: string): boolean {
    return this.#running.has(key)
  }

  /**
   * Returns the result of the running work for the key, or starts the work.
   *
   * @param signal aborts this caller's wait. The work continues, because other callers may wait for it.
   */
  join(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return abortable(this.#find(key) ?? this.#start(key, work), signal)
  }

  /**
   * Returns the result of work that starts after this call. Callers that arrive while work is running share the run that
   * follows it, so a caller reads every change that was acknowledged before it called.
   *
   * @param signal aborts this caller's wait. The work continues, because other callers may wait for it.
   */
  joinNext(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return abortable(this.#followOrStart(key, work), signal)
  }

  #followOrStart(key: string, work: () => Promise<T>): Promise<T> {
    const next = this.#next.get(key)
    if (next !== undefined) return next
    const running = this.#find(key)
    if (running === null) return this.#start(key, work)
    const startNext = (): Promise<T> => {
      if (this.#next.get(key) === following) this.#next.delete(key)
      return this.#start(key, work)
    }
    const following: Promise<T> = running.then(startNext, startNext)
    this.#next.set(key, following)
    return following
  }

  /**
   * Detaches running work: later callers start new work. Earlier callers still receive the result of the detached work.
   */
  detach(): void {
    this.#running.clear()
    this.#next.clear()
  }

  /** Resolves when all work that is running now has succeeded or failed. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#running.keys()].map((key) => this.#find(key) ?? Promise.resolve()))
  }

  #find(key: string): Promise<T> | null {
    return this.#running.get(key)?.result ?? null
  }

  #start(key: string, work: () => Promise<T>): Promise<T> {
    const flight: Flight<T> = { result: null }
    const result = work().finally(() => {
      flight.result = null
      if (this.#running.get(key) === flight) this.#running.delete(key)
    })
    flight.result = result
    this.#running.set(key, flight)
    return result
  }
}

/** Settles with the promise, or rejects with the signal's reason as soon as the signal aborts. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  const { promise: settled, resolve, reject } = Promise.withResolvers<T>()
  const abort = (): void => reject(signal.reason as Error)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  return settled
}
