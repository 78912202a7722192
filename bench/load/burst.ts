import { fileURLToPath } from 'node:url'
import { type BenchRun, toLogPath } from '../lib/bench-run.ts'
import type { EntryMeasured } from '../lib/case.ts'
import { seated } from '../lib/cores.ts'
import { Histogram } from './histogram.ts'
import type { LoadCounts } from './plan.ts'

/** Burst: one request that many clients send at the same time. */
export interface BurstPlan {
  readonly host: string
  readonly port: number
  readonly clients: number
  /** Complete HTTP request, as Latin-1 text. */
  readonly request: string
}

/**
 * Figures that a burst process reports. `seconds` is the time from the first request until the last response.
 */
export type BurstCounts = Pick<
  LoadCounts,
  'responses' | 'seconds' | 'bytes' | 'refused' | 'complaint' | 'latencies'
>

const worker = fileURLToPath(new URL('burst-worker.ts', import.meta.url))

/** Runs a burst. Throws if a response has a status other than 2xx or a connection breaks. */
export async function burst(run: BenchRun, plan: BurstPlan): Promise<EntryMeasured> {
  let counts: BurstCounts | undefined
  await run.keeper.run({
    name: 'burst',
    ...seated(run.placement, 'rest', process.execPath, [
      '--disable-warning=ExperimentalWarning',
      worker,
      JSON.stringify(plan),
    ]),
    log: toLogPath(run, 'burst'),
    onLine: (line) => {
      if (line.startsWith('burst ')) counts = JSON.parse(line.slice('burst '.length)) as BurstCounts
    },
    timeoutMs: 120_000,
  })
  if (counts === undefined)
    throw new Error(`the burst process printed no figures; see ${toLogPath(run, 'burst')}`)
  const { responses, seconds, bytes, refused, complaint } = counts
  if (Object.keys(refused).length > 0)
    throw new Error(
      `not all responses were 2xx: ${JSON.stringify(refused)}; the first of the others:\n${complaint}`,
    )
  const latencies = new Histogram()
  latencies.merge(counts.latencies)
  return {
    perSecond: responses / seconds,
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    bytesPerAnswer: bytes / responses,
  }
}
