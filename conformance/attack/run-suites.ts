import type { Escape as AnyEscape } from './escape.ts'
import { Progress } from './progress.ts'
import { Random } from './random.ts'

/** Suite of cases of one kind of attack, or of legitimate requests. */
export interface AnySuite {
  readonly name: string
  /** Description of the suite in the report. */
  readonly about: string
  /** Relative frequency of cases of this suite. Default: 1. */
  readonly weight?: number
}

/** Result of one case, after its evaluation. */
export interface CaseResult {
  /** Description of the requests, with which a person can repeat them. Contains no secrets. */
  readonly what: string
  readonly statuses: readonly number[]
  /** Sentences about successful attacks. */
  readonly escapes: readonly string[]
  /** Sentences about legitimate requests that failed, and steps without which the case has no result. */
  readonly broken: readonly string[]
}

interface Escape extends AnyEscape {
  readonly suite: string
}

interface SuiteCount {
  readonly suite: string
  readonly about: string
  cases: number
  refused: number
  accepted: number
  escapes: number
  /** Total time of all cases of the suite, in ms. */
  ms: number
}

export interface RunResult {
  readonly seed: number
  /**
   * Number of requested cases. The run has fewer cases if it reached the time limit or the maximum number of
   * successful attacks.
   */
  readonly cases: number
  readonly counts: readonly SuiteCount[]
  readonly escapes: readonly Escape[]
  /**
   * Failures of legitimate requests, and cases without a result. If this list is not empty, the refusals of attacks
   * prove nothing.
   */
  readonly broken: readonly string[]
  readonly ms: number
}

export interface RunOptions {
  readonly seed: number
  readonly cases: number
  /** Time limit of the run in seconds. Can be Infinity. */
  readonly seconds: number
  /** Number of successful attacks after which the run stops. Default: 20. */
  readonly enough?: number
  readonly say: (line: string) => void
}

/** Runs and evaluates the cases of suites. */
export interface CaseRunner<S extends AnySuite> {
  /** Runs and evaluates one case. An exception means that the case has no result. */
  run(suite: S, random: Random, index: number): Promise<CaseResult>
  /** Evaluates all cases of a suite together after the run. Returns sentences about successful attacks. */
  conclude?(suite: S): readonly string[] | Promise<readonly string[]>
}

/** Runs randomly chosen cases of all suites, in proportion to the weights of the suites. */
export async function runSuites<S extends AnySuite>(
  suites: readonly S[],
  { run, conclude = () => [] }: CaseRunner<S>,
  { seed, cases, seconds, enough = 20, say }: RunOptions,
): Promise<RunResult> {
  const started = performance.now()
  const lanes = suites.map((suite, i) => ({
    suite,
    random: new Random(seed + 31 * i),
    count: { suite: suite.name, about: suite.about, cases: 0, refused: 0, accepted: 0, escapes: 0, ms: 0 },
  }))
  const turns = new Random(seed)
  const escapes: Escape[] = []
  const broken: string[] = []
  const progress = new Progress({ cases, say })
  for (let index = 0; index < cases && escapes.length < enough; index += 1) {
    if (performance.now() > started + seconds * 1_000) break
    // Runs one case of each suite first, and then cases in proportion to the weights.
    const lane = lanes[index] ?? turns.pickByWeight(lanes, ({ suite }) => suite.weight ?? 1)
    const { suite, random, count } = lane
    const before = performance.now()
    const result = await tried(() => run(suite, random, index))
    const { what, statuses, escapes: found } = result
    count.ms += performance.now() - before
    count.cases += 1
    for (const line of result.broken) broken.push(`${suite.name}, case ${index}: ${what}: ${line}`)
    if (statuses.every((status) => status < 400)) count.accepted += 1
    else count.refused += 1
    if (found.length > 0) {
      count.escapes += 1
      escapes.push({ suite: suite.name, index, what, statuses, found })
    }
    progress.tried(index + 1, escapes.length)
  }
  for (const { suite, count } of lanes) {
    const found = await conclude(suite)
    if (found.length === 0) continue
    count.escapes += 1
    escapes.push({ suite: suite.name, index: cases, what: 'all cases together', statuses: [], found })
  }
  const counts = lanes.map(({ count }) => count)
  return { seed, cases, counts, escapes, broken, ms: performance.now() - started }
}

async function tried(run: () => Promise<CaseResult>): Promise<CaseResult> {
  try {
    return await run()
  } catch (error) {
    return { what: String(error), statuses: [], escapes: [], broken: ['the case could not be tried'] }
  }
}
