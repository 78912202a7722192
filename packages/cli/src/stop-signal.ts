/**
 * Returns an abort signal that is aborted when the process receives SIGINT or SIGTERM. A second SIGINT or SIGTERM ends
 * the process immediately.
 */
export function stopSignal(): Disposable & { readonly signal: AbortSignal } {
  const stop = new AbortController()
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(130)
    stop.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: stop.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  }
}
