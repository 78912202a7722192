import { setTimeout as sleep } from 'node:timers/promises'
import type { AttackSuite, Evidence } from './attack.ts'
import type { Escape as AnyEscape } from './escape.ts'
import type { Fixture } from './fixture.ts'
import { findEscapes } from './oracle.ts'
import { Progress } from './progress.ts'
import { Random } from './random.ts'

interface Escape extends AnyEscape {
  readonly mode: string
  readonly attack: string
}

interface ClassCount {
  readonly mode: string
  readonly attack: string
  cases: number
  refused: number
  /** Number of cases in which at least one request succeeded. */
  allowed: number
  escapes: number
  /** Total time of all cases of the suite, in ms. */
  ms: number
  /** Reason why no case of the suite ran. */
  skipped?: string
}

/** Mode of the warehouse in which no case ran, with the reason. */
export interface LeftOut {
  readonly mode: string
  readonly why: string
}

export interface RunResult {
  readonly seed: number
  /**
   * Number of requested cases. The run has fewer cases if it reached the time limit or the maximum number of
   * successful attacks.
   */
  readonly cases: number
  readonly counts: readonly ClassCount[]
  readonly escapes: readonly Escape[]
  /**
   * Failures of legitimate requests, and server errors. If this list is not empty, the refusals of attacks prove
   * nothing.
   */
  readonly broken: readonly string[]
  /** Modes of the warehouse in which no case ran. */
  readonly leftOut: readonly LeftOut[]
  readonly ms: number
}

export interface RunOptions {
  readonly seed: number
  /** Number of cases to run, of all suites together. */
  readonly cases: number
  /** Time limit of the run in seconds. Can be Infinity. */
  readonly seconds: number
  readonly say: (line: string) => void
  /** Number of successful attacks after which the run stops. */
  readonly enough?: number
  readonly leftOut?: readonly LeftOut[]
}

interface Pair {
  readonly fixture: Fixture
  readonly attack: AttackSuite
  readonly count: ClassCount
  readonly random: Random
}

/**
 * Runs randomly chosen cases of all suites on all fixtures, in proportion to the weights of the suites. Stops at the
 * requested number of cases or at the time limit.
 */
export async function runAttacks(
  fixtures: readonly Fixture[],
  suites: readonly AttackSuite[],
  options: RunOptions,
): Promise<RunResult> {
  const { seed, cases, seconds, say, enough = 20, leftOut = [] } = options
  const started = performance.now()
  const end = started + seconds * 1000
  const pairs = fixtures.flatMap((fixture, i) =>
    suites
      .filter(({ modes }) => modes.includes(fixture.mode))
      .map((attack, j): Pair => {
        const count = {
          mode: fixture.mode,
          attack: attack.name,
          cases: 0,
          refused: 0,
          allowed: 0,
          escapes: 0,
          ms: 0,
        }
        return { fixture, attack, count, random: new Random(seed + 1009 * i + 31 * j) }
      }),
  )
  for (const { attack, fixture, count } of pairs) {
    const reason = attack.unavailable?.(fixture)
    if (reason !== undefined) count.skipped = reason
  }
  const tried = pairs.filter(({ count }) => count.skipped === undefined)
  if (tried.length === 0)
    throw new Error('No attack suite is available for this server, so the run has nothing to attack.')
  for (const { fixture } of tried) fixture.watch.reset()
  const turns = new Random(seed)
  const escapes: Escape[] = []
  const broken: string[] = []
  const progress = new Progress({ cases, say })
  let index = 0
  while (index < cases && performance.now() < end && escapes.length < enough) {
    const pair = turns.pickByWeight(tried, ({ attack }) => attack.weight ?? 1)
    if (pair.attack.waits?.(pair.fixture) !== undefined) {
      await sleep(1)
      continue
    }
    const caseStarted = performance.now()
    await runCase(pair, index, escapes, broken)
    pair.count.ms += performance.now() - caseStarted
    index += 1
    progress.tried(index, escapes.length)
  }
  for (const { attack, fixture, count } of tried)
    if (count.cases === 0) count.skipped = attack.waits?.(fixture) ?? 'no turn'
  return {
    seed,
    cases,
    counts: pairs.map(({ count }) => count),
    escapes,
    broken,
    leftOut,
    ms: performance.now() - started,
  }
}

async function runCase(
  { fixture, attack, count, random }: Pair,
  index: number,
  escapes: Escape[],
  broken: string[],
): Promise<void> {
  count.cases += 1
  let evidence: Evidence
  try {
    evidence = await attack.attack(fixture, random)
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : ''
    evidence = { what: `${String(error)}${cause}`, seen: [] }
    if (!isHangUp(error)) broken.push(`${attack.name}, case ${index}: ${evidence.what}`)
  }
  const found = findEscapes(evidence, fixture.marks, fixture.watch, attack.makesTables)
  const succeeded = evidence.seen.length > 0 && evidence.seen.every(({ status }) => status < 300)
  if (evidence.seen.some(({ status }) => status < 300)) count.allowed += 1
  else count.refused += 1
  if (attack.legitimate === true && !succeeded)
    broken.push(
      `${attack.name}, case ${index}: ${evidence.what}: ${evidence.seen.map(({ status, text }) => `${status} ${text.slice(0, 200)}`).join(' ')}`,
    )
  // Only status 500 of the Headgate server is a fault, and not that of a separate object store.
  const failed = evidence.seen.some(
    ({ status, text }) => status === 500 && (fixture.mode === 'gateway' || text.startsWith('{')),
  )
  if (failed) broken.push(`${attack.name}, case ${index}: answered 500: ${evidence.what}`)
  if (found.length === 0) return
  count.escapes += 1
  const statuses = evidence.seen.map(({ status }) => status)
  escapes.push({ mode: fixture.mode, attack: attack.name, index, what: evidence.what, statuses, found })
}

/**
 * Returns whether the server closed the connection without a valid response, or Node refused to send the request.
 * Neither counts as a fault of the server.
 */
function isHangUp(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  // Also accepts responses that an HTTP parser refuses: some stores send two responses to a malformed request.
  if (code.startsWith('HPE_')) return true
  return ['ECONNRESET', 'EPIPE', 'ERR_INVALID_CHAR', 'ERR_UNESCAPED_CHARACTERS'].includes(code)
}
