/** Figures of the server process, read from its metrics endpoint. */
export interface ServerState {
  /**
   * Longest time that the event loop was blocked since the previous call of `readServerState`, in ms. Measured by
   * perf_hooks.
   */
  readonly pauseMs: number
  readonly residentBytes: number
  /** Size of the JavaScript heap in bytes, including unused memory that V8 has reserved. */
  readonly heapBytes: number
  /** Size of buffers outside the JavaScript heap, in bytes. */
  readonly externalBytes: number
  /** CPU time that the process has used since its start, in s. */
  readonly cpuSeconds: number
}

/**
 * Reads the figures of the server process from its metrics endpoint. Each call starts a new measurement of event loop
 * pauses.
 */
export async function readServerState(origin: string): Promise<ServerState> {
  const response = await fetch(`${origin}/metrics`, { signal: AbortSignal.timeout(60_000) })
  const text = await response.text()
  const figure = (name: string): number => {
    const value = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]
    if (value === undefined) throw new Error(`the metrics of the server do not contain ${name}`)
    return Number(value)
  }
  return {
    pauseMs: figure('nodejs_eventloop_lag_max_seconds') * 1_000,
    residentBytes: figure('process_resident_memory_bytes'),
    heapBytes: figure('nodejs_heap_size_total_bytes'),
    externalBytes: figure('nodejs_external_memory_bytes'),
    cpuSeconds: figure('process_cpu_seconds_total'),
  }
}
