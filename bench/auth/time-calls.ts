import type { EntryMeasured } from '../lib/case.ts'

/**
 * Approximate duration of a batch of calls in ms. The clock is read once for each batch, because reading it
 * for each call would change the figures.
 */
const BATCH_MS = 1

/**
 * Calls the function `call` repeatedly for `ms` milliseconds, one call after the other. Returns the number of
 * calls per second, and quantiles of the latency. Each latency is the average over a batch of calls.
 */
export async function timeCalls(call: () => unknown, ms: number): Promise<EntryMeasured> {
  const size = await batchSize(call)
  const times: number[] = []
  const start = performance.now()
  let end = start
  while (end - start < ms) {
    for (let at = 0; at < size; at += 1) await call()
    const now = performance.now()
    times.push((now - end) / size)
    end = now
  }
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN
  return { perSecond: (times.length * size * 1_000) / (end - start), p50Ms: at(0.5), p99Ms: at(0.99) }
}

async function batchSize(call: () => unknown): Promise<number> {
  for (let size = 1; ; size *= 2) {
    const start = performance.now()
    for (let at = 0; at < size; at += 1) await call()
    if (performance.now() - start >= BATCH_MS) return size
  }
}
