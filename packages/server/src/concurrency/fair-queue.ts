/**
 * Limits of a queue. At most `places` tasks run concurrently, and at most one task of each party (a caller or source of
 * tasks, such as a principal or a network address).
 */
export interface QueueLimits {
  readonly places: number
  /** Maximum number of waiting tasks of one party (`perParty`) and of all parties (`waiting`). */
  readonly perParty: number
  readonly waiting: number
  /** Maximum wait of a task, in ms. */
  readonly patienceMs: number
}

/** Default limits of a queue. */
const defaultQueueLimits: QueueLimits = { places: 4, perParty: 20, waiting: 400, patienceMs: 5_000 }

type Waiter = (leave: (() => void) | null) => void

/**
 * Queues tasks of several parties. Runs at most one task of each party and a limited number in total, and serves the
 * parties in turns. A party with many tasks therefore delays only its own tasks.
 */
export class FairQueue {
  readonly #limits: QueueLimits
  readonly #waiting = new Map<string, Set<Waiter>>()
  readonly #running = new Set<string>()
  #size = 0

  constructor(limits: QueueLimits = defaultQueueLimits) {
    this.#limits = limits
  }

  /**
   * Waits until the task may start. Resolves to the function that the caller must call when the task ends. Resolves to
   * null when the queue is full or the maximum wait has passed.
   */
  enter(party: string): Promise<(() => void) | null> {
    const line = this.#waiting.get(party)
    if ((line?.size ?? 0) >= this.#limits.perParty || this.#size >= this.#limits.waiting)
      return Promise.resolve(null)
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#drop(party, waiter)
        resolve(null)
      }, this.#limits.patienceMs)
      const waiter: Waiter = (leave) => {
        clearTimeout(timer)
        resolve(leave)
      }
      if (line) line.add(waiter)
      else this.#waiting.set(party, new Set([waiter]))
      this.#size += 1
      this.#next()
    })
  }

  #next(): void {
    for (const [party, line] of this.#waiting) {
      if (this.#running.size >= this.#limits.places) return
      const [waiter] = line
      if (waiter === undefined || this.#running.has(party)) continue
      this.#drop(party, waiter)
      // The party moves behind all other waiting parties.
      if (line.size > 0) {
        this.#waiting.delete(party)
        this.#waiting.set(party, line)
      }
      this.#running.add(party)
      let working = true
      waiter(() => {
        if (!working) return
        working = false
        this.#running.delete(party)
        this.#next()
      })
    }
  }

  #drop(party: string, waiter: Waiter): void {
    const line = this.#waiting.get(party)
    if (line?.delete(waiter) !== true) return
    this.#size -= 1
    if (line.size === 0) this.#waiting.delete(party)
  }
}
