import type { WorkerError } from './worker-error.ts'

/** So many in a row that do not even start: they will not. */
const most = 5

/** Tells when it is no use to start workers any more. */
export class StartFailures {
  #count = 0

  /** Gives the reason to give up, or null: try again. */
  add({ message, passing }: WorkerError): string | null {
    // A database that is away comes back, and the workers that serve wait for it too.
    if (!passing) this.#count += 1
    return this.#count < most
      ? null
      : `${most} workers in a row did not start, the last one because: ${message}`
  }

  /** One has started. */
  forget(): void {
    this.#count = 0
  }
}
