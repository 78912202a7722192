import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'

export interface AttemptLimits {
  /** Failures of one client name at one address until it is held up. 0: no limit. */
  readonly perClient: number
  /** Failures of one address until it is held up. 0: no limit. */
  readonly perAddress: number
  /** How long failures count, in ms. */
  readonly windowMs: number
}

/** The limits that hold when nothing else is configured. */
const defaultAttemptLimits: AttemptLimits = { perClient: 20, perAddress: 100, windowMs: 60_000 }

/** Where an attempt comes from. */
export interface AttemptSource {
  /** The party, as `partyOf` says. */
  readonly address: string
  /** The name it gave, empty for none. */
  readonly client: string
  /** Digest of the secret that it shows; null: what it shows is another each time. */
  readonly secret: string | null
}

/** Sources that are remembered, of each kind. */
const maxSources = 10_000

interface Count {
  failures: number
  readonly until: number
}

/**
 * Counts failed attempts in fixed windows, in memory, for a bounded number of sources: per address, and per client name
 * at an address. Never per client name alone: whoever knows a name could hold up its owner from anywhere.
 *
 * Secrets of 256 bits are not to be guessed; this keeps those who try from making the store work. So a source over its
 * limit is not shut out: its attempts go through a queue (`fair-queue.ts`), because somebody else at the same
 * address, or behind the same proxy, may be the client that the name belongs to. A secret that was right at this address
 * before does not even wait. Nobody learns a secret from that: it is compared by its digest, and checked in full after.
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

  /** For how many seconds the source will be held up, or 0: it is not. */
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

  /** An attempt that was good. */
  succeeded(source: AttemptSource): void {
    this.#proven.set(nameOf(source), true)
    if (source.secret !== null) this.#proven.set(secretOf(source), true)
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

function secretOf({ address, client, secret }: AttemptSource): CallerKey {
  return callerKey(address, client, secret ?? '')
}
