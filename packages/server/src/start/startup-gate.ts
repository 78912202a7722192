/**
 * Refuses or delays requests until the server has created the objects that process them. The server opens its socket
 * before that, because some of the objects contain the port of the socket.
 */
export class StartupGate<T extends object> {
  readonly #early: 'refuse' | 'wait'
  readonly #opened = Promise.withResolvers<T | null>()
  #deps: T | undefined

  /** @param early whether requests that arrive before the end of the start are refused or wait */
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

  /** Calls `work` with the created objects when the start has succeeded, or `refuse`. */
  use(work: (deps: T) => void, refuse: () => void): void {
    if (this.#deps !== undefined) work(this.#deps)
    else if (this.#early === 'refuse') refuse()
    else void this.#opened.promise.then((deps) => (deps === null ? refuse() : work(deps)))
  }
}
