/**
 * Holds the parts of a server that requests need, until they are created. The socket is open before, because some parts
 * contain its port.
 */
export class StartupGate<T extends object> {
  readonly #early: 'refuse' | 'wait'
  readonly #opened = Promise.withResolvers<T | null>()
  #parts: T | undefined

  /** @param early decides about requests before the start has finished */
  constructor(early: 'refuse' | 'wait') {
    this.#early = early
  }

  /** Runs pending requests: the startup succeeded. */
  open(parts: T): void {
    this.#parts = parts
    this.#opened.resolve(parts)
  }

  /** Refuses pending requests: the startup failed. Does nothing after `open`. */
  fail(): void {
    this.#opened.resolve(null)
  }

  /** Runs `work` with the parts, or `refuse`. */
  use(work: (parts: T) => void, refuse: () => void): void {
    if (this.#parts !== undefined) work(this.#parts)
    else if (this.#early === 'refuse') refuse()
    else void this.#opened.promise.then((parts) => (parts === null ? refuse() : work(parts)))
  }
}
