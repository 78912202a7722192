/**
 * Returns a signal that is aborted after a time, or earlier when `signal` is aborted.
 *
 * @param ms the time in ms
 *
 * @example
 * ```ts
 * await fetch(url, { signal: timeLimit(undefined, 10_000) })
 * ```
 */
export function timeLimit(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const limit = AbortSignal.timeout(ms)
  return signal === undefined ? limit : AbortSignal.any([signal, limit])
}

/**
 * Waits for a promise until a signal is aborted. The operation behind the promise then continues, so that several
 * callers can share it.
 *
 * @throws the reason of the signal
 *
 * @example
 * ```ts
 * const shared = fetch(url)
 * const response = await waitFor(shared, AbortSignal.timeout(1_000))
 * ```
 */
export async function waitFor<T>(outcome: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await outcome
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([aborted, outcome])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Waits for a time.
 *
 * @param ms the time in ms
 * @throws the reason of the signal
 *
 * @example
 * ```ts
 * await pause(10)
 * ```
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  try {
    await waitFor(promise, signal)
  } finally {
    clearTimeout(timer)
  }
}
