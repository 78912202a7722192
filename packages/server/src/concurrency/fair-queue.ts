/** How much of the work runs at once: `places` in all, and one of each party. */
export interface QueueLimits {
  readonly places: number
  /** How many of one party may wait, and how many of all. */
  readonly perParty: number
  readonly waiting: number
  /** For how long, in ms. */
  readonly patienceMs: number
}

/** The limits that hold when nothing else is configured. */
const defaultQueueLimits: QueueLimits = { places: 4, perParty: 20, waiting: 400, patienceMs: 5_000 }

type Waiter = (leave: (() => void) | null) => void

/**
 * Queues work that must not run all at once: at most one task of each party and few in all, with parties served in
 * turns, so that a party with many tasks delays only its own.
 */
export class FairQueue {
  readonly #limits: QueueLimits
  readonly #waiting = new Map<string, Set<Waiter>>()
  readonly #running = new Set<string>()
  #size = 0

  constructor(limits: QueueLimits = defaultQueueLimits) {
    this.#limits = limits
  }

  /** Resolves to the function that the caller calls when its work ends, or to null when the queue is full or too slow. */
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
      // Behind all others that wait.
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
