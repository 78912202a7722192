import { HeadgateError } from '@headgate/errors'

/** How many bytes all requests together may hold in memory. */
export class BufferBudget {
  readonly #limit: number
  #taken = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  get taken(): number {
    return this.#taken
  }

  /** @throws HeadgateError `unavailable` when there is no room now */
  take(bytes: number): void {
    if (this.#taken + bytes > this.#limit) {
      throw new HeadgateError('unavailable', 'Too many bodies are being read at once: try again in a moment.')
    }
    this.#taken += bytes
  }

  give(bytes: number): void {
    this.#taken -= bytes
  }
}
