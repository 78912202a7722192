import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'

export interface AttemptLimits {
  /** Failures of one client name at one address until it is turned away. 0: no limit. */
  readonly perClient: number
  /** Failures of one address until it is turned away. 0: no limit. */
  readonly perAddress: number
  /** How long failures count, in ms. */
  readonly windowMs: number
}

/** The limits that hold when nothing else is configured. */
export const defaultAttemptLimits: AttemptLimits = { perClient: 20, perAddress: 100, windowMs: 60_000 }

/** Where an attempt comes from. `client` is the name it gave, empty for none. */
export interface AttemptSource {
  readonly address: string
  readonly client: string
}

/** Sources that are remembered, of each kind. */
const maxSources = 10_000

interface Count {
  failures: number
  readonly until: number
}

/**
 * Counts failed attempts in fixed windows, in memory, for a bounded number of sources: per address, and per client name
 * at an address. Never per client name alone: whoever knows a name could lock its owner out from anywhere. Nor does an
 * address lock out a name that was proven there: behind a proxy all clients have one address.
 *
 * Secrets of 256 bits are not to be guessed; this keeps those who try from making the store work.
 */
export class AttemptLimiter {
  readonly #limits: AttemptLimits
  readonly #now: () => number
  readonly #counts: CallerCache<Count>
  readonly #proven: CallerCache<true>

  constructor(limits: AttemptLimits = defaultAttemptLimits, now: () => number = Date.now) {
    this.#limits = limits
    this.#now = now
    this.#counts = callerCache({ max: maxSources })
    this.#proven = callerCache({ max: maxSources })
  }

  /** Seconds to wait, or 0 when the attempt may be made. */
  secondsToWait(source: AttemptSource): number {
    const now = this.#now()
    const all = this.#counters(source)
    const counters = this.#proven.has(nameOf(source)) ? all.slice(1) : all
    const waits = counters.map(({ key, limit }) => {
      const count = this.#counts.get(key)
      return limit > 0 && count && count.failures >= limit && count.until > now
        ? Math.ceil((count.until - now) / 1000)
        : 0
    })
    return Math.max(0, ...waits)
  }

  failed(source: AttemptSource): void {
    const now = this.#now()
    for (const { key } of this.#counters(source)) {
      const count = this.#counts.get(key)
      if (count && count.until > now) count.failures += 1
      else this.#counts.set(key, { failures: 1, until: now + this.#limits.windowMs })
    }
  }

  /** An attempt that was good. */
  succeeded(source: AttemptSource): void {
    this.#proven.set(nameOf(source), true)
  }

  /** Of the address first. */
  #counters(source: AttemptSource): { readonly key: CallerKey; readonly limit: number }[] {
    return [
      { key: callerKey(source.address), limit: this.#limits.perAddress },
      { key: nameOf(source), limit: this.#limits.perClient },
    ]
  }
}

function nameOf({ address, client }: AttemptSource): CallerKey {
  return callerKey(address, client)
}
