import type { Escape as AnyEscape } from '../attack/escape.ts'
import { Progress } from '../attack/progress.ts'
import { Random } from '../attack/random.ts'
import type { Fixture } from './fixture.ts'
import { judge } from './oracle.ts'
import type { Evidence, Suite } from './suite.ts'

interface Escape extends AnyEscape {
  readonly suite: string
}

export interface SuiteCount {
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
  readonly enough: number
  readonly say: (line: string) => void
}

/** Runs randomly chosen cases of all suites, in proportion to the weights of the suites. */
export async function runSuites(
  fixture: Fixture,
  suites: readonly Suite[],
  { seed, cases, seconds, enough, say }: RunOptions,
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
    fixture.recorder.requests.length = 0
    const evidence = await tried(fixture, suite, random)
    fixture.recorder.reset()
    count.ms += performance.now() - before
    count.cases += 1
    const judged = judge(suite, evidence, fixture.secrets)
    const reached = fixture.trap.requests.map(
      ({ method, path }) => `the server sent a request to a forbidden address: ${method} ${path}`,
    )
    fixture.trap.requests.length = 0
    const found = [...judged.escapes, ...reached]
    for (const line of judged.broken) broken.push(`${suite.name}, case ${index}: ${evidence.what}: ${line}`)
    if (evidence.seen.every(({ status }) => status < 400)) count.accepted += 1
    else count.refused += 1
    if (found.length > 0) {
      count.escapes += 1
      escapes.push(escapeOf(suite, index, evidence, found))
    }
    progress.tried(index + 1, escapes.length)
  }
  for (const { suite, count } of lanes) {
    const found = suite.conclude?.(fixture) ?? []
    if (found.length === 0) continue
    count.escapes += 1
    escapes.push({ suite: suite.name, index: cases, what: 'all cases together', statuses: [], found })
  }
  return {
    seed,
    cases,
    counts: lanes.map(({ count }) => count),
    escapes,
    broken,
    ms: performance.now() - started,
  }
}

function escapeOf(suite: Suite, index: number, { what, seen }: Evidence, found: readonly string[]): Escape {
  return { suite: suite.name, index, what, statuses: seen.map(({ status }) => status), found }
}

async function tried(fixture: Fixture, suite: Suite, random: Random): Promise<Evidence> {
  try {
    return await suite.attack(fixture, random)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // A server that refuses a request may close the connection before it has read the whole request.
    if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_'))
      return { what: String(error), seen: [{ status: 400, text: '' }], escapes: [] }
    return { what: String(error), seen: [], escapes: [], broken: 'the case could not be tried' }
  }
}
