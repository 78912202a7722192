/** Ends when somebody tells this process to stop (SIGINT, SIGTERM); told twice, it stops at once. */
export function untilTold(): Disposable & { readonly signal: AbortSignal } {
  const told = new AbortController()
  const onSignal = (): void => {
    if (told.signal.aborted) process.exit(130)
    told.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  return {
    signal: told.signal,
    [Symbol.dispose]: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal),
  }
}
