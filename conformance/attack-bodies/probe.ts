import { Agent, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/** Number of health checks during an attack, and percentiles of their durations in ms. */
export interface Latencies {
  readonly count: number
  readonly median: number
  readonly p99: number
  readonly max: number
}

/**
 * Sends health checks to the server, one at a time, from a separate thread, so that only the server can delay the
 * responses.
 */
async function probe(origin: string, everyMs: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const latencies: number[] = []
  const stop = new AbortController()
  parentPort?.once('message', () => stop.abort())
  while (!stop.signal.aborted) {
    const startedAt = performance.now()
    await check(origin, agent)
    latencies.push(performance.now() - startedAt)
    await new Promise((resolve) => {
      setTimeout(resolve, everyMs)
    })
  }
  agent.destroy()
  latencies.sort((a, b) => a - b)
  const at = (share: number): number => latencies[Math.floor((latencies.length - 1) * share)] ?? 0
  parentPort?.postMessage({ count: latencies.length, median: at(0.5), p99: at(0.99), max: at(1) })
}

function check(origin: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(`${origin}/health/live`, { agent }, (response) => {
      response.resume().once('end', resolve)
    })
      .once('error', reject)
      .end()
  })
}

const { origin, everyMs } = workerData as { readonly origin: string; readonly everyMs: number }
await probe(origin, everyMs)
