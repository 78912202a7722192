import type { AttackAnswers } from './attacker.ts'
import type { Latencies } from './probe.ts'

export const stepNames = ['without attack', 'attack without rights', 'attack with rights'] as const
export type StepName = (typeof stepNames)[number]

/** One step of the run. */
export interface Step {
  readonly name: StepName
  readonly seconds: number
  readonly health: Latencies
  /** The longest time that the event loop was held, in ms. */
  readonly pauseMs: number
  readonly residentBytes: number
  /** CPU time of the server during the step, in s. */
  readonly cpuSeconds: number
  /** Load average of the machine over a minute, at the end of the step. */
  readonly load: number
  readonly answers: AttackAnswers
}

export interface BodyAttackResult {
  readonly steps: readonly Step[]
  /** Resident memory before the first step, after a warm-up. */
  readonly residentBytes: number
  readonly settled: { readonly seconds: number; readonly residentBytes: number }
}

/** Pauses that an attack may add to those of the server without one, in ms. */
const maxAddedPauseMs = { 'attack without rights': 50, 'attack with rights': 250 } as const
/** Resident memory after the attacks, as a multiple of that before. */
const maxMemoryRatio = 1.1

/** Returns one sentence for each limit that was exceeded. */
export function excesses(result: BodyAttackResult): string[] {
  const found: string[] = []
  for (const [name, limit] of Object.entries(maxAddedPauseMs)) {
    const added = medianPauseMs(result, name) - medianPauseMs(result, 'without attack')
    if (added > limit)
      found.push(`${name}: the event loop was held ${inMs(added)} longer; the limit is ${limit} ms`)
  }
  for (const { name, answers } of result.steps) {
    const failed = Object.entries(answers).filter(([status]) => Number(status) >= 500)
    if (failed.length > 0) found.push(`${name}: ${countsOf(Object.fromEntries(failed))}`)
  }
  const ratio = result.settled.residentBytes / result.residentBytes
  if (ratio > maxMemoryRatio)
    found.push(`resident memory is ${Math.round((ratio - 1) * 100)} % above that before the attacks`)
  return found
}

/** The median of the longest pauses of each round: load of other processes adds pauses to single rounds. */
function medianPauseMs({ steps }: BodyAttackResult, name: string): number {
  const pauses = steps.filter((step) => step.name === name).map(({ pauseMs }) => pauseMs)
  pauses.sort((a, b) => a - b)
  return pauses[Math.floor((pauses.length - 1) / 2)] ?? Number.NaN
}

const inMiB = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MiB`
const inMs = (value: number): string => `${value.toFixed(0)} ms`

function countsOf(answers: AttackAnswers): string {
  return Object.entries(answers)
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')
}

/** One line of a step. */
export function stepLine({ name, seconds, health, answers, ...step }: Step): string {
  const counts = countsOf(answers)
  return (
    `${name}: ${seconds.toFixed(1)} s, event loop held ${inMs(step.pauseMs)}, health check median ${inMs(health.median)}, ` +
    `p99 ${inMs(health.p99)}, max ${inMs(health.max)}, resident ${inMiB(step.residentBytes)}, ` +
    `CPU ${step.cpuSeconds.toFixed(1)} s, load ${step.load.toFixed(1)}${counts === '' ? '' : `, answers ${counts}`}`
  )
}

/** The summary that follows the lines of the steps. */
export function humanReport(result: BodyAttackResult): string {
  const found = excesses(result)
  return [
    ...stepNames.map((name) => `${name}: median pause ${inMs(medianPauseMs(result, name))}`),
    `resident memory ${result.settled.seconds} s later: ${inMiB(result.settled.residentBytes)} (before: ${inMiB(result.residentBytes)})`,
    found.length === 0 ? 'within all limits' : `exceeded:\n  ${found.join('\n  ')}`,
  ].join('\n')
}
