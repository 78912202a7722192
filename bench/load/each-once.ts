import type { EntryMeasured } from '../lib/case.ts'
import { Histogram } from './histogram.ts'

export interface EachOnce {
  readonly url: string
  readonly clients: number
  /** Headers of the requests. One GET request is sent for each element. */
  readonly headers: readonly Readonly<Record<string, string>>[]
}

/** Sends each of the requests once. Throws if a response has a status other than 2xx. */
export async function eachOnce({ url, clients, headers }: EachOnce): Promise<EntryMeasured> {
  const latencies = new Histogram()
  const left = headers.values()
  let bytes = 0
  async function client(): Promise<void> {
    for (const each of left) {
      const sentAt = performance.now()
      const response = await fetch(url, { headers: each, signal: AbortSignal.timeout(30_000) })
      const body = await response.arrayBuffer()
      bytes += body.byteLength
      if (!response.ok) throw new Error(`GET ${url} was answered with ${response.status}`)
      latencies.add(performance.now() - sentAt)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: clients }, client))
  const seconds = (performance.now() - startedAt) / 1000
  return {
    perSecond: headers.length / seconds,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    bytesPerAnswer: bytes / headers.length,
  }
}
