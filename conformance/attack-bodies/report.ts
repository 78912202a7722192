import type { ResponseCounts } from './attacker.ts'
import type { Latencies } from './probe.ts'
import type { ServerState } from './server-state.ts'

const stepNames = ['without attack', 'attack without rights', 'attack with rights'] as const
export type StepName = (typeof stepNames)[number]

/** Figures of one step of a run, in which one kind of requests was sent. */
export interface Step {
  readonly name: StepName
  readonly seconds: number
  readonly health: Latencies
  /** The longest time that the event loop was blocked, in ms. */
  readonly pauseMs: number
  readonly residentBytes: number
  /** CPU time of the server during the step, in s. */
  readonly cpuSeconds: number
  /** Load average of the machine over one minute, at the end of the step. */
  readonly load: number
  readonly answers: ResponseCounts
}

export type Memory = Pick<ServerState, 'residentBytes' | 'heapBytes' | 'externalBytes'>

export interface BodyAttackResult {
  readonly steps: readonly Step[]
  /** Memory after ordinary requests, before the first attack. */
  readonly before: Memory
  /** Memory of the server `seconds` seconds after the last attack. */
  readonly settled: Memory & {
    readonly seconds: number
    /**
     * The longest time that the event loop was blocked, in ms, in the wait after the last attack, in which the server
     * collects garbage.
     */
    readonly pauseMs: number
  }
}

/**
 * Limit of the additional time that an attack may block the event loop, compared with a server that is not attacked, in
 * ms.
 */
const maxAddedPauseMs = { 'attack without rights': 50, 'attack with rights': 250 } as const
/** Limit of the resident memory after the attacks, relative to the memory before the attacks. */
const maxMemoryRatio = 1.1

/**
 * Returns one sentence for each exceeded limit.
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

/** Returns the median of the longest pauses of the rounds, because other processes add pauses to single rounds. */
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

/** Formats one line for a step. */
export function stepLine({ name, seconds, health, answers, ...step }: Step): string {
  const counts = formatCounts(answers)
  return (
    `${name}: ${seconds.toFixed(1)} s, event loop blocked ${inMs(step.pauseMs)}, health check median ${inMs(health.median)}, ` +
    `p99 ${inMs(health.p99)}, max ${inMs(health.max)}, resident ${inMiB(step.residentBytes)}, ` +
    `CPU ${step.cpuSeconds.toFixed(1)} s, load ${step.load.toFixed(1)}${counts === '' ? '' : `, responses ${counts}`}`
  )
}

/** Formats the summary that follows the lines of the steps. */
export function humanReport(result: BodyAttackResult, found: readonly string[]): string {
  return [
    ...stepNames.map((name) => `${name}: median pause ${inMs(medianPauseMs(result, name))}`),
    `before the attacks: ${memoryLine(result.before)}`,
    `${result.settled.seconds} s after the attacks: ${memoryLine(result.settled)}; longest pause in this time ${inMs(result.settled.pauseMs)}`,
    found.length === 0 ? 'within all limits' : `exceeded:\n  ${found.join('\n  ')}`,
  ].join('\n')
}
