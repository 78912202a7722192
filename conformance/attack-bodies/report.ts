import type { ResponseCounts } from './attacker.ts'
import type { Latencies } from './probe.ts'
import type { ServerState } from './server-state.ts'

const stepNames = ['without attack', 'attack without rights', 'attack with rights'] as const
export type StepName = (typeof stepNames)[number]

/** Figures of one step of a run. Each step sends one kind of requests. */
export interface Step {
  readonly name: StepName
  readonly seconds: number
  readonly health: Latencies
  /** Longest time that the event loop of the server was blocked, in ms. */
  readonly pauseMs: number
  readonly residentBytes: number
  /** CPU time that the server used during the step, in s. */
  readonly cpuSeconds: number
  /** One-minute load average of the machine at the end of the step. */
  readonly load: number
  readonly answers: ResponseCounts
}

export type Memory = Pick<ServerState, 'residentBytes' | 'heapBytes' | 'externalBytes'>

export interface BodyAttackResult {
  readonly steps: readonly Step[]
  /** Memory of the server after ordinary requests, before the first attack. */
  readonly before: Memory
  /** Memory of the server `seconds` seconds after the last attack. */
  readonly settled: Memory & {
    readonly seconds: number
    /**
     * Longest time that the event loop of the server was blocked while it was idle after the last attack, in ms. In
     * this time, the server collects garbage.
     */
    readonly pauseMs: number
  }
}

/** Maximum time in ms by which an attack may block the event loop longer than ordinary requests do. */
const maxAddedPauseMs = { 'attack without rights': 50, 'attack with rights': 250 } as const
/** Maximum of the resident memory after the attacks, divided by the memory before the attacks. */
const maxMemoryRatio = 1.1

/**
 * Returns a sentence for each limit that the server exceeded.
 *
 * @param pauseFactor factor by which the limits for pauses of the event loop are multiplied
 */
export function excesses(result: BodyAttackResult, pauseFactor: number): string[] {
  const found: string[] = []
  const calmMs = medianPauseMs(result, 'without attack')
  const pauses = [
    ...(Object.keys(maxAddedPauseMs) as (keyof typeof maxAddedPauseMs)[]).map(
      (name) => [name, medianPauseMs(result, name), maxAddedPauseMs[name]] as const,
    ),
    ['after the attacks', result.settled.pauseMs, maxAddedPauseMs['attack with rights']] as const,
  ]
  for (const [name, pauseMs, limitMs] of pauses) {
    const limit = limitMs * pauseFactor
    if (pauseMs - calmMs > limit)
      found.push(
        `${name}: the event loop was blocked ${inMs(pauseMs - calmMs)} longer than without an attack; the limit is ${limit} ms`,
      )
  }
  for (const { name, answers } of result.steps) {
    const failed = Object.entries(answers).filter(([response]) => / 5\d\d$/.test(response))
    if (failed.length > 0) found.push(`${name}: ${formatCounts(Object.fromEntries(failed))}`)
  }
  const ratio = result.settled.residentBytes / result.before.residentBytes
  if (ratio > maxMemoryRatio)
    found.push(`resident memory is ${Math.round((ratio - 1) * 100)} % above that before the attacks`)
  return found
}

/**
 * Returns the median of the longest pauses in all rounds of a step. A single round can have a longer pause because of
 * other processes.
 */
function medianPauseMs({ steps }: BodyAttackResult, name: string): number {
  const pauses = steps.filter((step) => step.name === name).map(({ pauseMs }) => pauseMs)
  pauses.sort((a, b) => a - b)
  return pauses[Math.floor((pauses.length - 1) / 2)] ?? Number.NaN
}

const inMiB = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`
const inMs = (value: number): string => `${value.toFixed(0)} ms`

function formatCounts(responses: ResponseCounts): string {
  return Object.entries(responses)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')
}

function memoryLine({ residentBytes, heapBytes, externalBytes }: Memory): string {
  return `resident ${inMiB(residentBytes)}, of it heap ${inMiB(heapBytes)}, buffers ${inMiB(externalBytes)}`
}

/** Formats the figures of one step as a line of the report. */
export function stepLine({ name, seconds, health, answers, ...step }: Step): string {
  const counts = formatCounts(answers)
  return (
    `${name}: ${seconds.toFixed(1)} s, event loop blocked ${inMs(step.pauseMs)}, health check median ${inMs(health.median)}, ` +
    `p99 ${inMs(health.p99)}, max ${inMs(health.max)}, resident ${inMiB(step.residentBytes)}, ` +
    `CPU ${step.cpuSeconds.toFixed(1)} s, load ${step.load.toFixed(1)}${counts === '' ? '' : `, responses ${counts}`}`
  )
}

/** Formats the summary of a run, which follows the lines of its steps. */
export function humanReport(result: BodyAttackResult, found: readonly string[]): string {
  return [
    ...stepNames.map((name) => `${name}: median pause ${inMs(medianPauseMs(result, name))}`),
    `before the attacks: ${memoryLine(result.before)}`,
    `${result.settled.seconds} s after the attacks: ${memoryLine(result.settled)}; longest pause in this time ${inMs(result.settled.pauseMs)}`,
    found.length === 0 ? 'within all limits' : `exceeded:\n  ${found.join('\n  ')}`,
  ].join('\n')
}
