/** Returns a signal that aborts on SIGINT and SIGTERM. A second signal ends the process immediately. */
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
