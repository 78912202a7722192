/**
 * Collects the chunks of a response body. As long as the chunks are equal to an expected body, they are only
 * compared with it and not copied. Clients load a table many times between two changes, and copying a large
 * body costs more than comparing it.
 */
export class ReceivedBody {
  readonly #expected: Buffer | null
  /** Number of received bytes, if all of them are equal to the expected body. */
  #equal = 0
  /** Received chunks, or null while all chunks are equal to the expected body. */
  #chunks: Buffer[] | null

  constructor(expected: Buffer | null) {
    this.#expected = expected
    this.#chunks = expected === null ? [] : null
  }

  add(chunk: Buffer): void {
    if (this.#chunks !== null || this.#expected === null) {
      this.#chunks?.push(chunk)
      return
    }
    const end = this.#equal + chunk.length
    if (end <= this.#expected.length && chunk.equals(this.#expected.subarray(this.#equal, end)))
      this.#equal = end
    else this.#chunks = [this.#expected.subarray(0, this.#equal), chunk]
  }

  /** Returns the complete body: the expected buffer if the body is equal to it, otherwise a new buffer. */
  end(): Buffer {
    if (this.#chunks === null && this.#equal === this.#expected?.length) return this.#expected
    return Buffer.concat(this.#chunks ?? [this.#expected?.subarray(0, this.#equal) ?? Buffer.alloc(0)])
  }
}
