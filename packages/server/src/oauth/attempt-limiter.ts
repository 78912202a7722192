import { type CallerCache, callerKey, type CallerKey, callerCache } from '../cache.ts'

export interface AttemptLimits {
  /**
   * Number of failed attempts of one client name at one address after which its further attempts are delayed.
   * 0: no limit.
   */
  readonly perClient: number
  /**
   * Number of failed attempts from one address after which further attempts from it are delayed. 0: no limit.
   */
  readonly perAddress: number
  /** Time in ms for which the limiter counts a failed attempt. */
  readonly windowMs: number
}

const defaultAttemptLimits: AttemptLimits = { perClient: 20, perAddress: 100, windowMs: 60_000 }

/** Source of an authentication attempt: client address, client name and secret. */
export interface AttemptSource {
  /** The IPv4 address or the IPv6 network of the client, as `toAttemptKey` returns it. */
  readonly address: string
  /** The client name in the request; empty when the request contains no client name. */
  readonly client: string
  /**
   * Digest of the client secret; null when the client authenticates in another way, such as with an
   * assertion.
   */
  readonly secret: string | null
}

/**
 * Maximum number of entries in each of the two caches of the limiter: failure counts, and accepted secrets
 * and client names.
 */
const maxSources = 10_000

interface Count {
  failures: number
  readonly until: number
}

/**
 * Counts failed authentication attempts in fixed time windows, in memory, for a bounded number of sources: per
 * address, and per client name at an address. The limiter never counts only per client name, because an attacker who
 * knows a client name could then delay its owner at every address.
 *
 * Client secrets have 256 bits and cannot be guessed; the limiter only prevents that guesses overload the database.
 * So it does not refuse all attempts of a source over its limit: they wait in a queue (`fair-queue.ts`), because the
 * owner of the client name may be at the same address or behind the same proxy as the attacker. An attempt with a
 * secret that was accepted at this address before does not wait. The limiter stores only digests of secrets; its
 * caller verifies the secret itself.
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

  /** Returns the number of seconds for which the limiter delays attempts of the source, or 0. */
  secondsToWait(source: AttemptSource): number {
    if (source.secret !== null && this.#proven.has(toSecretKey(source))) return 0
    const now = this.#now()
    const all = this.#counters(source)
    const counters = this.#proven.has(toClientKey(source)) ? all.slice(1) : all
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
    this.#proven.delete(toSecretKey(source))
    for (const { key } of this.#counters(source)) {
      const count = this.#counts.get(key)
      if (count && count.until > now) count.failures += 1
      else this.#counts.set(key, { failures: 1, until: now + this.#limits.windowMs })
    }
  }

  /**
   * Records a successful authentication, so that failures of other sources do not delay this client and this
   * secret.
   */
  succeeded(source: AttemptSource): void {
    this.#proven.set(toClientKey(source), true)
    if (source.secret !== null) this.#proven.set(toSecretKey(source), true)
  }

  /**
   * Returns the keys and limits of the counters that apply to an attempt: first the counter of the address,
   * then that of the client name.
   */
  #counters(source: AttemptSource): { readonly key: CallerKey; readonly limit: number }[] {
    return [
      { key: callerKey(source.address), limit: this.#limits.perAddress },
      { key: toClientKey(source), limit: this.#limits.perClient },
    ]
  }
}

function toClientKey({ address, client }: AttemptSource): CallerKey {
  return callerKey(address, client)
}

function toSecretKey({ address, client, secret }: AttemptSource): CallerKey {
  return callerKey(address, client, secret ?? '')
}
