import type { WorkerError } from './worker-error.ts'

/** Number of consecutive failed starts of workers after which the server stops. */
const most = 5

/** Counts consecutive failed starts of workers, and decides when the server must stop. */
export class StartFailures {
  #count = 0

  /**
   * Records a failed start. Returns the reason for which the server must stop, or null when it should start another
   * worker.
   */
  add({ message, passing }: WorkerError): string | null {
    // Does not count temporary failures: the database, for example, may become available again, and running workers
    // also wait for it.
    if (!passing) this.#count += 1
    return this.#count < most
      ? null
      : `${most} consecutive starts of a worker failed. The last reason: ${message}`
  }

  /** Resets the count after a successful start. */
  forget(): void {
    this.#count = 0
  }
}
