import type { WorkerError } from './worker-error.ts'

/** Maximum number of failed starts in a row. */
const most = 5

/** Counts failed starts of workers, and decides when further starts are useless. */
export class StartFailures {
  #count = 0

  /** Records a failure. Returns the reason to stop, or null to start another worker. */
  add({ message, passing }: WorkerError): string | null {
    // An unavailable database recovers, and the running workers wait for it, too.
    if (!passing) this.#count += 1
    return this.#count < most ? null : `${most} workers in a row did not start. The last reason: ${message}`
  }

  /** Records a successful start. */
  forget(): void {
    this.#count = 0
  }
}
