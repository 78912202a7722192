export interface RenewedOptions<T> {
  /** How long a value is used. */
  readonly maxAgeMs: number
  /** After a failure nobody asks again for so long. */
  readonly coolDownMs: number
  load(): Promise<T>
  /** Monotonic ms; for tests. */
  readonly now?: () => number
}

/**
 * A value that is loaded when it is needed, by one request for all who wait, and again when it is old. While it cannot be
 * loaded the old one serves on; without one, everybody hears the failure, and the source is left alone for a moment.
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
