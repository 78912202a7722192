import type { BenchRun } from './bench-run.ts'
import { type Contestant, type LoadShape, type Measured, measure } from '../load/load.ts'

/** One line of a table: who is measured, and how the load gets there. */
export interface Entry {
  readonly label: string
  /** Labels of entries of the same case to which this one is compared; none for a baseline. */
  readonly against: readonly string[]
  measure(round: number): Promise<EntryMeasured>
}

/** Measurement without HTTP, which has no observed processes and no loader. */
export type EntryMeasured = Pick<Measured, 'perSecond' | 'p50Ms' | 'p99Ms'> &
  Partial<Measured> & {
    /** Storage credentials that were minted meanwhile. */
    readonly minted?: number
    /** Further figures by the heading of their column. */
    readonly figures?: Readonly<Record<string, number>>
  }

export interface Case {
  readonly id: string
  readonly title: string
  /** Notes that help to judge the figures. */
  readonly notes: readonly string[]
  /** Each answer stands for the transport of an object of so many bytes. */
  readonly objectBytes?: number
  /** Calls of functions are measured, not answers: the table tells microseconds, and how many more than an entry's. */
  readonly calls?: { readonly addedTo?: string }
  /** Rounds are this many times as many: for what is measured in short ones. Default 1. */
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

/** Measures all entries in turn, again and again: slow changes of the machine reach all of them. */
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

/** Servers that had their first load, by run. */
const warmed = new WeakMap<BenchRun, Set<string>>()

/**
 * Creates an entry that is put under load over HTTP. All entries get the same sequence in a round. A shape that
 * expires, for example with signatures, is passed as a function.
 */
export function loadEntry(
  run: BenchRun,
  contestant: Contestant,
  given: Omit<LoadShape, 'seed'> | (() => Omit<LoadShape, 'seed'>),
  against: readonly string[],
): Entry {
  return {
    label: contestant.name,
    against,
    measure: async (round) => {
      const shape = typeof given === 'function' ? given() : given
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
  // clients that write objects have one each
  const connections = shape.requests.kind === 'objects' ? shape.connections : Math.max(shape.connections, 16)
  await measure(
    run,
    contestant,
    { ...shape, connections, seed: 7 },
    { warmUpMs: 0, durationMs: run.firstLoadMs },
  )
}
