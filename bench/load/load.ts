import { fileURLToPath } from 'node:url'
import { type BenchRun, toLogPath } from '../lib/bench-run.ts'
import { seated } from '../lib/cores.ts'
import { readCpuSeconds, forgetPeak, readPeak, readUsage } from '../lib/usage.ts'
import { Histogram } from './histogram.ts'
import type { LoadCounts, LoadPlan, Requests } from './plan.ts'

const worker = fileURLToPath(new URL('worker.ts', import.meta.url))

/**
 * Process whose CPU and memory usage is measured during the load: the server, its database or its object
 * store.
 */
interface Watched {
  readonly name: string
  readonly pid: number
}

/** Server under test, with its processes. */
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
  /** HTTP status that every response must have. Default: any status below 300. */
  readonly expects?: number
  readonly seed: number
}

/** Measured figures of one server in one round. */
export interface Measured {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly bytesPerAnswer: number
  /**
   * Share of one core that the busiest load process used. If it is near 1, the load process was the
   * bottleneck, and not the server.
   */
  readonly loaderBusy: number
  readonly use: Readonly<Record<string, Use>>
}

/** CPU and memory usage of a process during the load. */
interface Use {
  readonly cpuUsPerAnswer: number
  /** Memory in bytes at the end of the load. */
  readonly memoryBytes: number
  /** Largest memory in bytes during the load. */
  readonly peakBytes: number
}

/**
 * Sends load to a server and returns the figures. Throws if a response had an unexpected status or a connection
 * broke, because the figures would be wrong.
 */
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
    requests: selectPart(shape.requests, index, loaders),
    ...(shape.expects === undefined ? {} : { expects: shape.expects }),
    seed: shape.seed + index * 10_000,
  }))
  const counts = await Promise.all(
    plans.map((plan) =>
      loadOnce(run, plan, () => {
        for (const { name, pid } of contestant.watched) {
          if (before.has(name)) continue
          before.set(name, readCpuSeconds(pid))
          forgetPeak(pid)
        }
      }),
    ),
  )
  const use = Object.fromEntries(
    contestant.watched.map(({ name, pid }) => {
      const { cpuSeconds, memoryBytes } = readUsage(pid)
      const responses = counts.reduce((sum, count) => sum + count.responses, 0)
      const cpuUsPerAnswer = ((cpuSeconds - (before.get(name) ?? 0)) * 1e6) / responses
      return [name, { cpuUsPerAnswer, memoryBytes, peakBytes: readPeak(pid) }]
    }),
  )
  refuseFailures(contestant, counts)
  return { ...summary(counts), use }
}

/**
 * Returns the part of the requests that one load process sends. Two load processes must not commit to the
 * same table or write the same object.
 */
function selectPart(requests: Requests, index: number, loaders: number): Requests {
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
    log: toLogPath(run, 'load'),
    onLine: (line) => {
      if (line === 'measuring') onMeasuring()
      if (line.startsWith('counts ')) counts = JSON.parse(line.slice(7)) as LoadCounts
    },
    timeoutMs: plan.warmUpMs + plan.durationMs + 30_000,
  })
  if (!counts) throw new Error(`a load process printed no figures; see ${toLogPath(run, 'load')}`)
  return counts
}

function refuseFailures(contestant: Contestant, counts: readonly LoadCounts[]): void {
  for (const { refused, connectionErrors, complaint, responses } of counts) {
    if (Object.keys(refused).length > 0) {
      throw new Error(
        `${contestant.name} returned unexpected statuses: ${JSON.stringify(refused)}; the first unexpected response:\n${complaint}`,
      )
    }
    if (connectionErrors > 0)
      throw new Error(
        `${contestant.name} closed ${connectionErrors} connections before their responses arrived`,
      )
    if (responses === 0) throw new Error(`${contestant.name} answered no request`)
  }
}

function summary(counts: readonly LoadCounts[]): Omit<Measured, 'use'> {
  const latencies = new Histogram()
  for (const count of counts) latencies.merge(count.latencies)
  const responses = counts.reduce((sum, count) => sum + count.responses, 0)
  return {
    perSecond: counts.reduce((sum, { responses, seconds }) => sum + responses / seconds, 0),
    p50Ms: latencies.quantile(0.5),
    p99Ms: latencies.quantile(0.99),
    bytesPerAnswer: counts.reduce((sum, count) => sum + count.bytes, 0) / responses,
    loaderBusy: Math.max(...counts.map(({ cpuSeconds, seconds }) => cpuSeconds / seconds)),
  }
}
