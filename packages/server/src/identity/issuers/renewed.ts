export interface RenewedOptions<T> {
  /** Time in ms for which a loaded value is used. */
  readonly maxAgeMs: number
  /** Time in ms after a failed load during which the value is not loaded again. */
  readonly coolDownMs: number
  load(): Promise<T>
  /** Returns a monotonic time in ms. Tests replace it. */
  readonly now?: () => number
}

/**
 * Returns a function that loads a value on demand and caches it. Concurrent callers share one load. A value
 * that is too old is loaded again; if the load fails, the previous value remains in use. Without a previous
 * value, callers receive the error. After a failure, the value is not loaded for `coolDownMs`.
 */
export function renewed<T>({
  maxAgeMs,
  coolDownMs,
  load,
  now = () => performance.now(),
}: RenewedOptions<T>): () => Promise<T> {
  let value: { readonly loaded: T; readonly at: number } | undefined
  let failure: { readonly error: unknown; readonly at: number } | undefined
  let pending: Promise<T> | undefined

  async function loadNow(): Promise<T> {
    try {
      const loaded = await load()
      value = { loaded, at: now() }
      failure = undefined
      return loaded
    } catch (error) {
      failure = { error, at: now() }
      if (value !== undefined) return value.loaded
      throw error
    } finally {
      pending = undefined
    }
  }

  return async () => {
    if (value !== undefined && now() - value.at < maxAgeMs) return value.loaded
    if (failure !== undefined && now() - failure.at < coolDownMs) {
      if (value !== undefined) return value.loaded
      throw failure.error
    }
    pending ??= loadNow()
    return await pending
  }
}
