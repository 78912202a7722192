import { type WaitOptions, timeLimit, waitFor } from '@headgate/http'
import { AuthError } from './auth-error.ts'
import type { Source } from './chain.ts'

export interface MemoizeOptions<T> {
  /** When a value ends, in epoch milliseconds. Undefined: never. */
  readonly expiresAt: (value: T) => number | undefined
  /**
   * How long before its end a value is renewed, at most; never more than a fifth of its life. A value that says so
   * itself is renewed then; never more than half of its life before. Default 5 minutes.
   */
  readonly refreshAheadMs?: number | ((value: T) => number)
  /** The share of that time by which renewals of many are spread, 0 to 1. Default 0.2. */
  readonly jitter?: number
  /** The longest that one renewal may take. Default 30 s. */
  readonly timeoutMs?: number
  /** How soon after its making a value may be called bad, see {@link Memoized.invalidate}. Default 5 s. */
  readonly minAgeMs?: number
  /** Throws when a renewal may not take the place of what was there before. */
  readonly accept?: (before: T, next: T) => void
  readonly now?: () => number
  /** 0 to 1. */
  readonly random?: () => number
}

interface Kept<T> {
  readonly value: T
  readonly madeAt: number
  /** From here on a renewal is started beside its use. */
  readonly refreshAt: number
  /** From here on it is not used any more. */
  readonly endsAt: number
}

const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Returns a value that is cached and renewed before its end. Concurrent callers share one renewal. There is no timer: the
 * next request starts a renewal that is due, so a failure never ends the renewals, and an unused session costs nothing.
 * After a failure the source is not called for 1 to 30 s, and a value that is still valid is returned.
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
  #kept: Kept<T> | undefined
  /** What the identity of renewals is held against; survives the end of what is kept. */
  #last: T | undefined
  #flight: Promise<T> | undefined
  #failure: { readonly error: unknown; readonly until: number; readonly pause: number } | undefined

  constructor(source: Source<T>, options: MemoizeOptions<T>) {
    this.#source = source
    this.#options = options
    this.#now = options.now ?? Date.now
  }

  /** The value: the one that is kept, or a new one. A signal ends the wait of its caller alone. */
  async get(wait: WaitOptions = {}): Promise<T> {
    this.#closed.signal.throwIfAborted()
    wait.signal?.throwIfAborted()
    const now = this.#now()
    const kept = this.#kept
    if (kept !== undefined && now < kept.endsAt) {
      // Its failure is kept for those who come when there is nothing else.
      if (now >= kept.refreshAt && !this.#pausing(now)) this.#renew().catch(() => {})
      return kept.value
    }
    if (this.#flight === undefined && this.#failure !== undefined && this.#pausing(now)) {
      throw this.#failure.error
    }
    return await waitFor(this.#renew(), wait.signal)
  }

  /**
   * Says that a value was refused by those it is for. The next {@link get} makes a new one.
   *
   * @returns Whether another try makes sense: false for a value that is only just made, so that a caller without
   * rights does not make the issuer busy.
   */
  invalidate(refused: T): boolean {
    const kept = this.#kept
    if (kept === undefined || kept.value !== refused) return true
    if (this.#now() - kept.madeAt < (this.#options.minAgeMs ?? 5_000)) return false
    this.#kept = undefined
    return true
  }

  /** Ends what is under way. Whoever asks afterwards gets an error. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new AuthError('unavailable', 'The session is closed: open a new one.'))
    this.#kept = undefined
    this.#last = undefined
    await this.#flight?.catch(() => {})
  }

  #pausing(now: number): boolean {
    return this.#failure !== undefined && now < this.#failure.until
  }

  #renew(): Promise<T> {
    this.#flight ??= this.#load().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }

  async #load(): Promise<T> {
    const ms = this.#options.timeoutMs ?? 30_000
    const signal = timeLimit(this.#closed.signal, ms)
    try {
      const value = await waitFor(this.#source({ signal }), signal)
      if (this.#last !== undefined) this.#options.accept?.(this.#last, value)
      this.#keep(value)
      return value
    } catch (error) {
      this.#closed.signal.throwIfAborted()
      const why = signal.aborted
        ? new AuthError('unavailable', `No credentials came within ${ms} ms. Is their issuer reachable?`, {
            cause: error,
          })
        : error
      const pause = Math.min((this.#failure?.pause ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS)
      this.#failure = { error: why, until: this.#now() + pause, pause }
      throw why
    }
  }

  #keep(value: T): void {
    const madeAt = this.#now()
    const end = this.#options.expiresAt(value) ?? Infinity
    const life = Math.max(0, end - madeAt)
    const { refreshAheadMs: wanted = 300_000 } = this.#options
    const ahead = typeof wanted === 'number' ? Math.min(wanted, life / 5) : Math.min(wanted(value), life / 2)
    const spread = 1 - (this.#options.jitter ?? 0.2) * (this.#options.random ?? Math.random)()
    this.#kept = {
      value,
      madeAt,
      refreshAt: end - ahead * spread,
      // A request takes some time to get where the value is looked at.
      endsAt: end - Math.min(10_000, life / 20),
    }
    this.#last = value
    this.#failure = undefined
  }
}
