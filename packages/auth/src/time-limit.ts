/** A signal that fires when the given one does, or after so many milliseconds. */
export function timeLimit(signal: AbortSignal | undefined, ms: number): AbortSignal {
  const limit = AbortSignal.timeout(ms)
  return signal === undefined ? limit : AbortSignal.any([signal, limit])
}

/** The outcome of something, unless the signal of one who waits for it fires first; what is waited for goes on. */
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

/** Waits so many milliseconds. Rejects with the signal's reason when it is aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  try {
    await waitFor(promise, signal)
  } finally {
    clearTimeout(timer)
  }
}
