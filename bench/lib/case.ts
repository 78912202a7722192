import type { BenchRun } from './bench-run.ts'
import { type Contestant, type LoadShape, type Measured, measure } from '../load/load.ts'

/** Row of a result table: the server or function under test, and the function that measures it. */
export interface Entry {
  readonly label: string
  /**
   * Labels of the entries of the same case with which the report compares this entry. Empty for a baseline.
   */
  readonly against: readonly string[]
  measure(round: number): Promise<EntryMeasured>
}

/**
 * Result of one measurement. For a measurement without HTTP, the fields about load processes and server
 * processes are missing.
 */
export type EntryMeasured = Pick<Measured, 'perSecond' | 'p50Ms' | 'p99Ms'> &
  Partial<Measured> & {
    /** Number of storage credentials that the server minted during the measurement. */
    readonly minted?: number
    /** Additional figures. The keys are the column headings in the report. */
    readonly figures?: Readonly<Record<string, number>>
  }

export interface Case {
  readonly id: string
  readonly title: string
  /** Notes below the title of the case, which help readers of the report to judge the figures. */
  readonly notes: readonly string[]
  /**
   * Size in bytes of the object that each request transfers. If present, the report contains the throughput.
   */
  readonly objectBytes?: number
  /**
   * Present if the case measures function calls instead of HTTP requests. The report then contains the
   * microseconds of one call, and the difference to the entry with the label `addedTo`.
   */
  readonly calls?: { readonly addedTo?: string }
  /** Factor by which this case has more rounds than others, because its rounds are short. Default: 1. */
  readonly moreRounds?: number
  readonly entries: readonly Entry[]
}

export interface EntryResult {
  readonly label: string
  readonly against: readonly string[]
  readonly rounds: readonly EntryMeasured[]
}

export interface CaseResult extends Pick<Case, 'id' | 'title' | 'notes' | 'objectBytes' | 'calls'> {
  readonly entries: readonly EntryResult[]
}

/**
 * Runs a case: measures all entries one after the other in each round, so that slow changes of the machine
 * affect all entries alike.
 */
export async function runCase(
  run: BenchRun,
  { entries, moreRounds = 1, ...about }: Case,
): Promise<CaseResult> {
  const { title } = about
  run.say(`\n${title}`)
  const rounds = entries.map((): EntryMeasured[] => [])
  const repeats = run.repeats * moreRounds
  for (let round = 0; round < repeats; round += 1) {
    for (const [index, entry] of entries.entries()) {
      const measured = await entry.measure(round)
      rounds[index]?.push(measured)
      run.say(
        `  ${round + 1}/${repeats} ${entry.label}: ${Math.round(measured.perSecond)}/s, p99 ${measured.p99Ms.toFixed(2)} ms`,
      )
    }
  }
  return {
    ...about,
    entries: entries.map(({ label, against }, index) => ({ label, against, rounds: rounds[index] ?? [] })),
  }
}

/** Origins of the servers that have already received their first load, by run. */
const warmed = new WeakMap<BenchRun, Set<string>>()

/**
 * Creates an entry that measures a server under HTTP load. In a round, all servers receive the same sequence
 * of requests. If the requests expire, for example because they are signed, pass a function that returns the
 * load shape.
 */
export function loadEntry(
  run: BenchRun,
  contestant: Contestant,
  load: Omit<LoadShape, 'seed'> | (() => Omit<LoadShape, 'seed'>),
  against: readonly string[],
): Entry {
  return {
    label: contestant.name,
    against,
    measure: async (round) => {
      const shape = typeof load === 'function' ? load() : load
      await firstLoad(run, contestant, shape)
      return measure(run, contestant, { ...shape, seed: 1 + round * 1_000 })
    },
  }
}

async function firstLoad(
  run: BenchRun,
  contestant: Contestant,
  shape: Omit<LoadShape, 'seed'>,
): Promise<void> {
  const servers = warmed.get(run) ?? new Set()
  warmed.set(run, servers)
  if (run.firstLoadMs === undefined || servers.has(contestant.origin)) return
  servers.add(contestant.origin)
  // In an object load, each connection requests its own objects, so the number of connections must stay the
  // same.
  const connections = shape.requests.kind === 'objects' ? shape.connections : Math.max(shape.connections, 16)
  await measure(
    run,
    contestant,
    { ...shape, connections, seed: 7 },
    { warmUpMs: 0, durationMs: run.firstLoadMs },
  )
}
