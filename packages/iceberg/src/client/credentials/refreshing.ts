import { waitFor } from '@headgate/http'
import type { CallOptions } from '../session.ts'
import type { Clock } from '../clock.ts'
import { isExpired, planLife, type Life } from './life.ts'
import type { StorageCredential } from './storage-credential.ts'

export interface RefreshingOptions {
  readonly initial: StorageCredential | undefined
  /** Gets a new credential. Only one such call is under way at a time. */
  obtain(current: StorageCredential | undefined, signal: AbortSignal): Promise<StorageCredential>
  readonly clock: Clock
  /** Least time between two requests for new keys, in ms. Keys that live shorter are renewed more often. */
  readonly minIntervalMs: number
}

export interface Held {
  readonly credential: StorageCredential
  readonly life: Life
}

export interface GetOptions extends CallOptions {
  /** Storage refused the keys: get others, however long these were to last. */
  readonly force?: boolean
}

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000
const LONGEST_ASKED_MS = 300_000

/**
 * Holds one credential and renews it when someone asks for it: nothing happens while nobody does.
 *
 * While the old keys are good, a failure is nobody's concern: the next attempt comes after a pause that doubles. Only
 * when they have ended does the caller get the error; within the pause, the error of the attempt before.
 */
export class Refreshing implements AsyncDisposable {
  readonly #options: RefreshingOptions
  readonly #end = new AbortController()
  #held: Held | undefined
  #flight: Promise<Held> | undefined
  #notBefore = Number.NEGATIVE_INFINITY
  #failures = 0
  #error: Error | undefined

  constructor(options: RefreshingOptions) {
    this.#options = options
    const { initial, clock } = options
    if (initial !== undefined) this.#held = { credential: initial, life: planLife(initial.config, clock) }
  }

  /**
   * A credential that has not expired.
   *
   * @throws what `obtain` throws, when there is none
   */
  async get({ force = false, signal }: GetOptions = {}): Promise<Held> {
    const { clock } = this.#options
    signal?.throwIfAborted()
    this.#end.signal.throwIfAborted()
    const now = clock.now()
    const held = this.#held
    const usable = held !== undefined && !isExpired(held.life, now) ? held : undefined
    if (usable !== undefined && !force && !isDue(usable.life, now)) return usable
    if (this.#flight === undefined && now < this.#notBefore) {
      if (usable !== undefined) return usable
      if (this.#error !== undefined) throw this.#error
    }
    this.#flight ??= this.#refresh()
    if (usable !== undefined && !force && now < usable.life.urgentAt) return usable
    try {
      return await waitFor(this.#flight, signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (usable !== undefined && !isExpired(usable.life, clock.now())) return usable
      throw error
    }
  }

  #refresh(): Promise<Held> {
    const { obtain, clock, minIntervalMs } = this.#options
    const flight = (async () => {
      try {
        const credential = await obtain(this.#held?.credential, this.#end.signal)
        const held = { credential, life: planLife(credential.config, clock) }
        this.#held = held
        this.#failures = 0
        this.#error = undefined
        this.#notBefore = clock.now() + Math.min(minIntervalMs, leftOf(held.life, clock.now()) / 4)
        return held
      } catch (error) {
        this.#failures++
        this.#error = error instanceof Error ? error : new Error('No storage credentials', { cause: error })
        this.#notBefore = clock.now() + pauseMs(this.#failures, error, clock.random())
        throw error
      } finally {
        this.#flight = undefined
      }
    })()
    // It may be that nobody waits for it.
    flight.catch(() => undefined)
    return flight
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error('These storage credentials were disposed of'))
    return Promise.resolve()
  }
}

const isDue = ({ refreshAt }: Life, now: number): boolean => refreshAt !== null && now >= refreshAt

const leftOf = ({ expiresAt }: Life, now: number): number =>
  expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt - now

function pauseMs(failures: number, error: unknown, random: number): number {
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS) * (0.5 + random / 2)
  return Math.max(backoff, Math.min(retryAfterOf(error) * 1_000, LONGEST_ASKED_MS))
}

function retryAfterOf(error: unknown): number {
  if (!(error instanceof Error) || !('retryAfterSeconds' in error)) return 0
  return typeof error.retryAfterSeconds === 'number' ? error.retryAfterSeconds : 0
}
