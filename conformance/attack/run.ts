import { setTimeout as sleep } from 'node:timers/promises'
import type { AttackClass, Evidence } from './attack.ts'
import type { Escape as AnyEscape } from './escape.ts'
import type { Lake } from './lake.ts'
import { escapesOf } from './oracle.ts'
import { Random } from './random.ts'

export interface Escape extends AnyEscape {
  readonly mode: string
  readonly attack: string
}

export interface ClassCount {
  readonly mode: string
  readonly attack: string
  cases: number
  refused: number
  /** Succeeded, and may have. */
  allowed: number
  escapes: number
  /** Why nothing was tried. */
  skipped?: string
}

/** A mode that was not tried. */
export interface LeftOut {
  readonly mode: string
  readonly why: string
}

export interface RunResult {
  readonly seed: number
  readonly counts: readonly ClassCount[]
  readonly escapes: readonly Escape[]
  /** What should have succeeded and did not: then what was refused says nothing. */
  readonly broken: readonly string[]
  /** Modes of which this run says nothing. */
  readonly leftOut: readonly LeftOut[]
  readonly ms: number
}

export interface RunOptions {
  readonly seed: number
  /** Over all classes together. */
  readonly cases: number
  readonly seconds: number
  readonly say: (line: string) => void
  /** Escapes after which it stops. */
  readonly enough?: number
  readonly leftOut?: readonly LeftOut[]
}

interface Pair {
  readonly lake: Lake
  readonly attack: AttackClass
  readonly count: ClassCount
  readonly random: Random
}

const progressMs = 5_000

/** Tries cases of all classes on all lakes, in turns by weight, until there were enough or the time is over. */
export async function runAttacks(
  lakes: readonly Lake[],
  classes: readonly AttackClass[],
  options: RunOptions,
): Promise<RunResult> {
  const { seed, cases, seconds, say, enough = 20, leftOut = [] } = options
  const started = performance.now()
  const end = started + seconds * 1000
  const pairs = lakes.flatMap((lake, i) =>
    classes
      .filter(({ modes }) => modes.includes(lake.mode))
      .map((attack, j): Pair => {
        const count = { mode: lake.mode, attack: attack.name, cases: 0, refused: 0, allowed: 0, escapes: 0 }
        return { lake, attack, count, random: new Random(seed + 1009 * i + 31 * j) }
      }),
  )
  if (pairs.length === 0) throw new Error('there is nothing to attack')
  for (const { lake } of pairs) lake.watch.reset()
  const turns = new Random(seed)
  const escapes: Escape[] = []
  const broken: string[] = []
  let nextWord = started + progressMs
  let index = 0
  while (index < cases && performance.now() < end && escapes.length < enough) {
    const pair = turns.pickByWeight(pairs, ({ attack }) => attack.weight ?? 1)
    const reason = pair.attack.unavailable?.(pair.lake)
    if (reason !== undefined) {
      // Its turn may come: what it waits for is time.
      await sleep(1)
      continue
    }
    await runCase(pair, index, escapes, broken)
    index += 1
    if (performance.now() > nextWord) {
      nextWord += progressMs
      say(`${index} of ${cases} cases, ${escapes.length} escapes`)
    }
  }
  for (const { attack, lake, count } of pairs) {
    if (count.cases > 0) continue
    count.skipped = attack.unavailable?.(lake) ?? 'no turn'
  }
  return {
    seed,
    counts: pairs.map(({ count }) => count),
    escapes,
    broken,
    leftOut,
    ms: performance.now() - started,
  }
}

async function runCase(
  { lake, attack, count, random }: Pair,
  index: number,
  escapes: Escape[],
  broken: string[],
): Promise<void> {
  count.cases += 1
  let evidence: Evidence
  try {
    evidence = await attack.attack(lake, random)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
    evidence = { what: `${String(error)}${cause}`, seen: [] }
    if (!isHangUp(error)) broken.push(`${attack.name}, case ${index}: ${evidence.what}`)
  }
  const found = escapesOf(evidence, lake.marks, lake.watch, attack.makesTables)
  const succeeded = evidence.seen.length > 0 && evidence.seen.every(({ status }) => status < 300)
  if (evidence.seen.some(({ status }) => status < 300)) count.allowed += 1
  else count.refused += 1
  if (attack.legitimate === true && !succeeded)
    broken.push(
      `${attack.name}, case ${index}: ${evidence.what}: ${evidence.seen.map(({ status, text }) => `${status} ${text.slice(0, 200)}`).join(' ')}`,
    )
  // Another store's own faults are not ours.
  const failed = evidence.seen.some(
    ({ status, text }) => status === 500 && (lake.mode === 'gateway' || text.startsWith('{')),
  )
  if (failed) broken.push(`${attack.name}, case ${index}: answered 500: ${evidence.what}`)
  if (found.length === 0) return
  count.escapes += 1
  const statuses = evidence.seen.map(({ status }) => status)
  escapes.push({ mode: lake.mode, attack: attack.name, index, what: evidence.what, statuses, found })
}

/** A server may hang up on what it cannot answer. */
function isHangUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // What no HTTP parser can read counts as well: some stores answer twice to what they did not understand.
  if (code.startsWith('HPE_')) return true
  return ['ECONNRESET', 'EPIPE', 'ERR_INVALID_CHAR', 'ERR_UNESCAPED_CHARACTERS'].includes(code)
}
