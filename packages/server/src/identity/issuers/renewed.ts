export interface RenewedOptions<T> {
  /** How long a value is used. */
  readonly maxAgeMs: number
  /** Time after a failure during which the value is not loaded again. */
  readonly coolDownMs: number
  load(): Promise<T>
  /** Monotonic ms; for tests. */
  readonly now?: () => number
}

/**
 * Returns a value that is loaded on demand, by one request for all waiting callers, and again when it is too old. If it cannot be
 * loaded, the previous value remains in use; without one, callers receive the failure, and the source gets no request
 * for a short time.
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
