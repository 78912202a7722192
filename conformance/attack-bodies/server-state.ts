/** Figures of the server process, from its metrics. */
export interface ServerState {
  /**
   * The longest time that the event loop was blocked since the previous call of `readServerState`, in ms, as perf_hooks
   * measures it.
   */
  readonly pauseMs: number
  readonly residentBytes: number
  /** Bytes that V8 holds for the JavaScript heap, used or not. */
  readonly heapBytes: number
  /** Bytes of buffers outside the heap. */
  readonly externalBytes: number
  /** CPU time of the process since its start, in s. */
  readonly cpuSeconds: number
}

/** Reads the figures of the server process. Each call also starts a new measurement of pauses. */
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
