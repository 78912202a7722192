/** What requests need, and what stands only a moment after the socket is open: its port is in what they hand out. */
export class Awaited<T extends object> {
  readonly #early: 'refuse' | 'wait'
  readonly #standing = Promise.withResolvers<T | null>()
  #parts: T | undefined

  /** @param early what becomes of those who come before it stands */
  constructor(early: 'refuse' | 'wait') {
    this.#early = early
  }

  stand(parts: T): void {
    this.#parts = parts
    this.#standing.resolve(parts)
  }

  /** It will never stand: who waits is refused. Does nothing when it stands. */
  fall(): void {
    this.#standing.resolve(null)
  }

  use(work: (parts: T) => void, refuse: () => void): void {
    if (this.#parts !== undefined) work(this.#parts)
    else if (this.#early === 'refuse') refuse()
    else void this.#standing.promise.then((parts) => (parts === null ? refuse() : work(parts)))
  }
}
