import { type WaitOptions, timeLimit, waitFor } from '@headgate/http'
import { AuthError } from './auth-error.ts'
import type { Source } from './chain.ts'

/** Options of {@link memoize}. */
export interface MemoizeOptions<T> {
  /** Returns the time at which a value expires, in epoch ms. Undefined: the value does not expire. */
  readonly expiresAt: (value: T) => number | undefined
  /**
   * Time before its expiry at which a value is renewed, in ms. A number is limited to a fifth of the lifetime of the
   * value. The result of a function is limited to half of the lifetime. Default: 5 minutes.
   */
  readonly refreshAheadMs?: number | ((value: T) => number)
  /**
   * Fraction of `refreshAheadMs`, from 0 to 1, by which renewals are delayed at random, so that several processes do
   * not renew at the same time. Default: 0.2.
   */
  readonly jitter?: number
  /** Time limit of a renewal, in ms. Default: 30 s. */
  readonly timeoutMs?: number
  /** Age in ms from which {@link Memoized.invalidate} replaces a value. Default: 5 s. */
  readonly minAgeMs?: number
  /**
   * Compares a renewed value with the previous value. Throws an error if the renewed value must not replace the
   * previous value.
   */
  readonly accept?: (before: T, next: T) => void
  /** Returns the current time in epoch ms. Default: `Date.now`. */
  readonly now?: () => number
  /** Returns a random number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number
}

interface CachedValue<T> {
  readonly value: T
  readonly madeAt: number
  /** Time from which a call of `get` starts a renewal in the background, in epoch ms. */
  readonly refreshAt: number
  /** Time from which the value is not returned any more, in epoch ms. */
  readonly endsAt: number
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Returns a cache for one value, which is renewed before it expires. Concurrent callers share one renewal. The cache
 * has no timer: a call of `get` starts a renewal that is due, so renewals continue after a failure, and an unused
 * cache sends no requests. After a failure, the source is not called for 1 to 30 s, and `get` returns the old value
 * while it is valid.
 *
 * @example
 * ```ts
 * const tokens = memoize(async () => ({ value: 'token', expiresAt: Date.now() + 60_000 }), {
 *   expiresAt: (token) => token.expiresAt,
 * })
 * const { value } = await tokens.get()
 * ```
 */
export function memoize<T>(source: Source<T>, options: MemoizeOptions<T>): Memoized<T> {
  return new Memoized(source, options)
}

/**
 * A cached value and its renewal. See {@link memoize}.
 *
 * @example
 * ```ts
 * const tokens = new Memoized(async () => 'token', { expiresAt: () => undefined })
 * await tokens.get() // 'token'
 * ```
 */
export class Memoized<T> implements AsyncDisposable {
  readonly #source: Source<T>
  readonly #options: MemoizeOptions<T>
  readonly #now: () => number
  readonly #closed = new AbortController()
  #cached: CachedValue<T> | undefined
  /** Last value, even if the value has expired. `accept` compares the next value with this value. */
  #last: T | undefined
  #renewal: Promise<T> | undefined
  #failure: { readonly error: unknown; readonly until: number; readonly pause: number } | undefined

  constructor(source: Source<T>, options: MemoizeOptions<T>) {
    this.#source = source
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /**
   * Returns the cached value, or a new one. The signal stops only the wait of this caller, and the renewal continues.
   *
   * @throws the error of the source; {@link AuthError} unavailable, after the time limit or when the session
   *   is closed
   */
  async get(wait: WaitOptions = {}): Promise<T> {
    this.#closed.signal.throwIfAborted()
    wait.signal?.throwIfAborted()
    const now = this.#now()
    const cached = this.#cached
    if (cached !== undefined && now < cached.endsAt) {
      // The error of the renewal is not lost: `#failure` stores the error, and `get` throws it when the cached value
      // has expired.
      if (now >= cached.refreshAt && !this.#isPausing(now)) this.#renew().catch(() => {})
      return cached.value
    }
    if (this.#renewal === undefined && this.#failure !== undefined && this.#isPausing(now)) {
      throw this.#failure.error
    }
    return await waitFor(this.#renew(), wait.signal)
  }

  /**
   * Removes a value that a server refused, so that the next {@link get} requests a new one.
   *
   * @returns Whether another attempt can succeed. False for a value that is younger than `minAgeMs`: a caller
   *   without permissions must not cause a request to the issuer with each of its requests.
   */
  invalidate(refused: T): boolean {
    const cached = this.#cached
    if (cached === undefined || cached.value !== refused) return true
    if (this.#now() - cached.madeAt < (this.#options.minAgeMs ?? 5_000)) return false
    this.#cached = undefined
    return true
  }

  /** Cancels a renewal in progress and removes the value. Later calls of {@link get} throw. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new AuthError('unavailable', 'The session is closed: open a new one.'))
    this.#cached = undefined
    this.#last = undefined
    await this.#renewal?.catch(() => {})
  }

  #isPausing(now: number): boolean {
    return this.#failure !== undefined && now < this.#failure.until
  }

  #renew(): Promise<T> {
    this.#renewal ??= this.#load().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  async #load(): Promise<T> {
    const ms = this.#options.timeoutMs ?? 30_000
    const signal = timeLimit(this.#closed.signal, ms)
    try {
      const value = await waitFor(this.#source({ signal }), signal)
      if (this.#last !== undefined) this.#options.accept?.(this.#last, value)
      this.#store(value)
      return value
    } catch (cause) {
      this.#closed.signal.throwIfAborted()
      const timeout = `No credentials arrived within ${ms} ms. Check that their source can be reached.`
      const error = signal.aborted ? new AuthError('unavailable', timeout, { cause }) : cause
      const pause = Math.min((this.#failure?.pause ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
      this.#failure = { error, until: this.#now() + pause, pause }
      throw error
    }
  }

  #store(value: T): void {
    const madeAt = this.#now()
    const end = this.#options.expiresAt(value) ?? Infinity
    const lifetime = Math.max(0, end - madeAt)
    const { refreshAheadMs: limit = 300_000, jitter = 0.2, random = Math.random } = this.#options
    const ahead =
      typeof limit === 'number' ? Math.min(limit, lifetime / 5) : Math.min(limit(value), lifetime / 2)
    this.#cached = {
      value,
      madeAt,
      refreshAt: end - ahead * (1 - jitter * random()),
      // The value is not returned shortly before it expires, because it must still be valid when the request that
      // contains it arrives at the server.
      endsAt: end - Math.min(10_000, lifetime / 20),
    }
    this.#last = value
    this.#failure = undefined
  }
}
