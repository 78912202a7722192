import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'

export interface AttemptLimits {
  /** Failures of one client name at one address before it is delayed. 0: no limit. */
  readonly perClient: number
  /** Failures of one address before it is delayed. 0: no limit. */
  readonly perAddress: number
  /** Time for which a failure counts, in ms. */
  readonly windowMs: number
}

/** The default limits. */
const defaultAttemptLimits: AttemptLimits = { perClient: 20, perAddress: 100, windowMs: 60_000 }

/** Source of an attempt. */
export interface AttemptSource {
  /** The party, as computed by `partyOf`. */
  readonly address: string
  /** The client name of the request; empty: the request has none. */
  readonly client: string
  /** Digest of the secret; null: the proof is a different one in each request. */
  readonly secret: string | null
}

/** Maximum number of sources to remember, of each kind. */
const maxSources = 10_000

interface Count {
  failures: number
  readonly until: number
}

/**
 * Counts failed attempts in fixed windows, in memory, for a bounded number of sources: per address, and per client name
 * at an address. It never counts per client name only, because anyone who knows a name could then delay its owner from
 * any address.
 *
 * Secrets of 256 bits cannot be guessed; the limiter keeps guesses from loading the database. So it does not lock out a
 * source over its limit: attempts of that source wait in a queue (`fair-queue.ts`), because another client at the same
 * address, or behind the same proxy, may be the owner of the name. A secret that was accepted at this address before
 * does not wait. This reveals no secret: the limiter compares a digest, and the caller checks the secret in full.
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

  /** Returns for how many seconds the source is delayed; 0: it is not. */
  secondsToWait(source: AttemptSource): number {
    if (source.secret !== null && this.#proven.has(secretOf(source))) return 0
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
    this.#proven.delete(secretOf(source))
    for (const { key } of this.#counters(source)) {
      const count = this.#counts.get(key)
      if (count && count.until > now) count.failures += 1
      else this.#counts.set(key, { failures: 1, until: now + this.#limits.windowMs })
    }
  }

  /** Records a successful attempt. */
  succeeded(source: AttemptSource): void {
    this.#proven.set(nameOf(source), true)
    if (source.secret !== null) this.#proven.set(secretOf(source), true)
  }

  /** Returns the counters of an attempt, that of the address first. */
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

function secretOf({ address, client, secret }: AttemptSource): CallerKey {
  return callerKey(address, client, secret ?? '')
}
