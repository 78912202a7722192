import { fileURLToPath } from 'node:url'
import { type BenchRun, logOf } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import { cpuSecondsOf, forgetPeak, peakOf, usageOf } from '../lib/usage.ts'
import { Histogram } from './histogram.ts'
import type { LoadCounts, LoadPlan, Requests } from './plan.ts'

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

/** A process whose CPU and memory are reported with the load: the server, its database, its object store. */
export interface Watched {
  readonly name: string
  readonly pid: number
}

/** Target of a load. */
export interface Contestant {
  readonly name: string
  readonly origin: string
  readonly headers?: Readonly<Record<string, string>>
  readonly watched: readonly Watched[]
}

export interface LoadShape {
  readonly connections: number
  readonly headers: Readonly<Record<string, string>>
  readonly requests: Requests
  /** The status that every answer must have. Default: any below 300. */
  readonly expects?: number
  readonly seed: number
}

/** One measurement. */
export interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bytesPerAnswer: number
  /** Share of one core that the busiest load process used: near 1, the load was the limit. */
  readonly loaderBusy: number
  readonly use: Readonly<Record<string, Use>>
}

/** Usage of an observed process. */
export interface Use {
  readonly cpuUsPerAnswer: number
  /** After the load. */
  readonly memoryBytes: number
  /** The most during it. */
  readonly peakBytes: number
}

/** Puts load on a contestant. Throws when an answer was not expected or a connection broke: such a figure means nothing. */
export async function measure(
  run: BenchRun,
  contestant: Contestant,
  shape: LoadShape,
  times: { readonly warmUpMs: number; readonly durationMs: number } = run,
): Promise<Measured> {
  const { hostname, port } = new URL(contestant.origin)
  const loaders = Math.min(run.loaders, shape.connections)
  const before = new Map<string, number>()
  const plans = Array.from({ length: loaders }, (_, index): LoadPlan => ({
    host: hostname,
    port: Number(port),
    connections: Math.floor(shape.connections / loaders) + (index < shape.connections % loaders ? 1 : 0),
    warmUpMs: times.warmUpMs,
    durationMs: times.durationMs,
    headers: { ...shape.headers, ...contestant.headers },
    requests: partOf(shape.requests, index, loaders),
    ...(shape.expects === undefined ? {} : { expects: shape.expects }),
    seed: shape.seed + index * 10_000,
  }))
  const counts = await Promise.all(
    plans.map((plan) =>
      loadOnce(run, plan, () => {
        for (const { name, pid } of contestant.watched) {
          if (before.has(name)) continue
          before.set(name, cpuSecondsOf(pid))
          forgetPeak(pid)
        }
      }),
    ),
  )
  const use = Object.fromEntries(
    contestant.watched.map(({ name, pid }) => {
      const { cpuSeconds, memoryBytes } = usageOf(pid)
      const answers = counts.reduce((sum, count) => sum + count.answers, 0)
      const cpuUsPerAnswer = ((cpuSeconds - (before.get(name) ?? 0)) * 1e6) / answers
      return [name, { cpuUsPerAnswer, memoryBytes, peakBytes: peakOf(pid) }]
    }),
  )
  refuseFailures(contestant, counts)
  return { ...summary(counts), use }
}

/** Loaders must not share the tables that they commit to, nor the objects that they write. */
function partOf(requests: Requests, index: number, loaders: number): Requests {
  const isOurs = (_: unknown, at: number): boolean => at % loaders === index
  switch (requests.kind) {
    case 'commits':
      return { ...requests, paths: requests.paths.filter(isOurs) }
    case 'objects':
      return { ...requests, objects: requests.objects.filter(isOurs) }
    case 'paths':
    case 'posts':
    case 'tables':
      return requests
    default:
      return requests satisfies never
  }
}

async function loadOnce(run: BenchRun, plan: LoadPlan, onMeasuring: () => void): Promise<LoadCounts> {
  let counts: LoadCounts | undefined
  await run.keeper.run({
    name: 'load',
    ...seated(run.placement, 'rest', process.execPath, [
      '--disable-warning=ExperimentalWarning',
      worker,
      JSON.stringify(plan),
    ]),
    log: logOf(run, 'load'),
    onLine: (line) => {
      if (line === 'measuring') onMeasuring()
      if (line.startsWith('counts ')) counts = JSON.parse(line.slice(7)) as LoadCounts
    },
    timeoutMs: plan.warmUpMs + plan.durationMs + 30_000,
  })
  if (!counts) throw new Error(`a load process reported nothing; see ${logOf(run, 'load')}`)
  return counts
}

function refuseFailures(contestant: Contestant, counts: readonly LoadCounts[]): void {
  for (const { refused, connectionErrors, complaint, answers } of counts) {
    if (Object.keys(refused).length > 0) {
      throw new Error(
        `${contestant.name} did not answer as expected: ${JSON.stringify(refused)}; the first one:\n${complaint}`,
      )
    }
    if (connectionErrors > 0) throw new Error(`${contestant.name} broke ${connectionErrors} connection(s)`)
    if (answers === 0) throw new Error(`${contestant.name} answered nothing`)
  }
}

function summary(counts: readonly LoadCounts[]): Omit<Measured, 'use'> {
  const latencies = new Histogram()
  for (const count of counts) latencies.merge(count.latencies)
  const answers = counts.reduce((sum, count) => sum + count.answers, 0)
  return {
    perSecond: counts.reduce((sum, { answers, seconds }) => sum + answers / seconds, 0),
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    bytesPerAnswer: counts.reduce((sum, count) => sum + count.bytes, 0) / answers,
    loaderBusy: Math.max(...counts.map(({ cpuSeconds, seconds }) => cpuSeconds / seconds)),
  }
}
