/**
 * Refuses or delays requests until the server has created the objects that process them. The server opens its socket
 * before that, because some of the objects contain the port of the socket.
 */
export class StartupGate<T extends object> {
  readonly #early: 'refuse' | 'wait'
  readonly #opened = Promise.withResolvers<T | null>()
  #deps: T | undefined

  /**
   * Creates a closed gate.
   *
   * @param early `refuse`: requests that arrive before the end of the start are refused. `wait`: they wait
   */
  constructor(early: 'refuse' | 'wait') {
    this.#early = early
  }

  /** Processes the waiting requests, after the start has succeeded. */
  open(deps: T): void {
    this.#deps = deps
    this.#opened.resolve(deps)
  }

  /** Refuses the waiting requests, after the start has failed. Does nothing after `open`. */
  fail(): void {
    this.#opened.resolve(null)
  }

  /**
   * Calls `work` with the created objects as soon as the start has succeeded. Calls `refuse` instead when the start has
   * failed, and, if the gate refuses early requests, while the start is running.
   */
  use(work: (deps: T) => void, refuse: () => void): void {
    if (this.#deps !== undefined) work(this.#deps)
    else if (this.#early === 'refuse') refuse()
    else void this.#opened.promise.then((deps) => (deps === null ? refuse() : work(deps)))
  }
}
