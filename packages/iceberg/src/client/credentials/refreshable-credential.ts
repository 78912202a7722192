import { waitFor } from '@headgate/http'
import type { CallOptions } from '../session.ts'
import type { Clock } from '../clock.ts'
import { isExpired, planRenewal, type RenewalTimes } from './renewal-times.ts'
import type { StorageCredential } from './storage-credential.ts'

export interface RefreshableCredentialOptions {
  readonly initial: StorageCredential | undefined
  /** Obtains a new credential. At most one call is active at a time. */
  obtain(current: StorageCredential | undefined, signal: AbortSignal): Promise<StorageCredential>
  readonly clock: Clock
  /**
   * Minimum time between two requests for new credentials, in ms. If the lifetime of the credentials is shorter than
   * this time, they are requested more often.
   */
  readonly minIntervalMs: number
}

/** Storage credential with the times for its renewal. */
export interface TimedCredential {
  readonly credential: StorageCredential
  readonly times: RenewalTimes
}

export interface GetOptions extends CallOptions {
  /** Whether a new credential is requested although the current one has not expired, because the storage refused it. */
  readonly force?: boolean
}

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000
const LONGEST_RETRY_AFTER_MS = 300_000

/**
 * Credential that is renewed when callers use it. Sends no requests while no caller uses the credential.
 *
 * While the current credential is valid, callers receive it even if a renewal fails, and the pause before the next
 * attempt doubles. After it has expired, callers receive the error of the last attempt.
 */
export class RefreshableCredential implements AsyncDisposable {
  readonly #options: RefreshableCredentialOptions
  readonly #disposed = new AbortController()
  #current: TimedCredential | undefined
  #pending: Promise<TimedCredential> | undefined
  #notBefore = Number.NEGATIVE_INFINITY
  #failures = 0
  #error: Error | undefined

  constructor(options: RefreshableCredentialOptions) {
    this.#options = options
    const { initial, clock } = options
    if (initial !== undefined)
      this.#current = { credential: initial, times: planRenewal(initial.config, clock) }
  }

  /**
   * Returns a credential that has not expired.
   *
   * @throws the error of `obtain`, when no valid credential is available
   */
  async get({ force = false, signal }: GetOptions = {}): Promise<TimedCredential> {
    const { clock } = this.#options
    signal?.throwIfAborted()
    this.#disposed.signal.throwIfAborted()
    const now = clock.now()
    const current = this.#current
    const usable = current !== undefined && !isExpired(current.times, now) ? current : undefined
    if (usable !== undefined && !force && !isDue(usable.times, now)) return usable
    if (this.#pending === undefined && now < this.#notBefore) {
      if (usable !== undefined) return usable
      if (this.#error !== undefined) throw this.#error
    }
    this.#pending ??= this.#refresh()
    if (usable !== undefined && !force && now < usable.times.waitFrom) return usable
    try {
      return await waitFor(this.#pending, signal)
    } catch (error) {
      signal?.throwIfAborted()
      if (usable !== undefined && !isExpired(usable.times, clock.now())) return usable
      throw error
    }
  }

  #refresh(): Promise<TimedCredential> {
    const { obtain, clock, minIntervalMs } = this.#options
    const pending = (async () => {
      try {
        const credential = await obtain(this.#current?.credential, this.#disposed.signal)
        const renewed = { credential, times: planRenewal(credential.config, clock) }
        this.#current = renewed
        this.#failures = 0
        this.#error = undefined
        this.#notBefore = clock.now() + Math.min(minIntervalMs, remainingMs(renewed.times, clock.now()) / 4)
        return renewed
      } catch (error) {
        this.#failures++
        this.#error =
          error instanceof Error
            ? error
            : new Error('The renewal of the storage credentials failed', { cause: error })
        this.#notBefore = clock.now() + pauseMs(this.#failures, error, clock.random())
        throw error
      } finally {
        this.#pending = undefined
      }
    })()
    // It is possible that no caller waits for this promise. Without a handler, a failure would then be an unhandled
    // rejection.
    pending.catch(() => undefined)
    return pending
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposed.abort(
      new Error(
        'The storage credentials object was disposed: create a new one with catalog.storageCredentials() again',
      ),
    )
    return Promise.resolve()
  }
}

const isDue = ({ refreshAt }: RenewalTimes, now: number): boolean => refreshAt !== null && now >= refreshAt

const remainingMs = ({ expiresAt }: RenewalTimes, now: number): number =>
  expiresAt === null ? Number.POSITIVE_INFINITY : expiresAt - now

function pauseMs(failures: number, error: unknown, random: number): number {
  const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS) * (0.5 + random / 2)
  return Math.max(backoff, Math.min(findRetryAfter(error) * 1_000, LONGEST_RETRY_AFTER_MS))
}

function findRetryAfter(error: unknown): number {
  if (!(error instanceof Error) || !('retryAfterSeconds' in error)) return 0
  return typeof error.retryAfterSeconds === 'number' ? error.retryAfterSeconds : 0
}
