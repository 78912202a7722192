import { HeadgateError } from '@headgate/errors'

/** Limits the number of bytes that the buffered bodies of all requests together may occupy in memory. */
export class BufferBudget {
  readonly #limit: number
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get taken(): number {
    return this.#taken
  }

  /**
   * Reserves bytes of the budget for the body of a request.
   *
   * @throws HeadgateError `unavailable` when the budget does not have this number of bytes left
   */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#limit) {
      throw new HeadgateError(
        'unavailable',
        'The proxy currently buffers too many request bodies: try again in a moment.',
      )
    }
    this.#taken += bytes
  }

  release(bytes: number): void {
    this.#taken -= bytes
  }
}
