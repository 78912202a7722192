import type { Escape as AnyEscape } from '../attack/escape.ts'
import { Progress } from '../attack/progress.ts'
import { Random } from '../attack/random.ts'
import type { Evidence, Suite } from './suite.ts'
import { judge } from './oracle.ts'
import type { Fixture } from './fixture.ts'

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
  /** Number of cases that the server refused with status 429, without evaluating them. */
  limited: number
  /** Reason why no case of the suite ran, or the conclusion from all its cases. */
  remark: string
}

export interface RunResult {
  readonly seed: number
  /**
   * Number of requested cases. The run has fewer cases if it reached the time limit or the maximum number of
   * successful attacks.
   */
  readonly cases: number
  readonly uri: string
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

interface WeightedSuite {
  readonly suite: Suite
  readonly count: SuiteCount
  readonly random: Random
}

/** Maximum share of cases that the server may refuse without evaluating them. */
const mostLimited = 0.02

/**
 * Runs randomly chosen cases of all suites, in proportion to the weights of the suites. Stops at the requested number
 * of cases or at the time limit.
 */
export async function runSuites(
  fixture: Fixture,
  suites: readonly Suite[],
  { seed, cases, seconds, enough = 20, say }: RunOptions,
): Promise<RunResult> {
  const started = performance.now()
  const all = suites.map((suite, i): WeightedSuite => {
    const { name, about, unavailable } = suite
    const remark = unavailable?.(fixture) ?? ''
    const count = { suite: name, about, cases: 0, refused: 0, accepted: 0, escapes: 0, limited: 0, remark }
    return { suite, count, random: new Random(seed + 31 * i) }
  })
  const lanes = all.filter(({ count }) => count.remark === '')
  if (lanes.length === 0)
    throw new Error('No attack suite is available for this server, so the run has nothing to do.')
  const turns = new Random(seed)
  const escapes: Escape[] = []
  const broken: string[] = []
  const progress = new Progress({ cases, say })
  for (let index = 0; index < cases && escapes.length < enough; index += 1) {
    if (performance.now() > started + seconds * 1_000) break
    const chosen = turns.pickByWeight(lanes, ({ suite }) => suite.weight ?? 1)
    await runCase(fixture, chosen, index, { escapes, broken })
    progress.tried(index + 1, escapes.length)
  }
  for (const { suite, count } of lanes) {
    const { found = [], remark = '' } = suite.conclude?.(fixture) ?? {}
    count.remark = remark
    if (found.length === 0) continue
    count.escapes += 1
    escapes.push({ suite: suite.name, index: cases, what: 'all cases together', statuses: [], found })
  }
  const limited = all.reduce((sum, { count }) => sum + count.limited, 0)
  if (limited > cases * mostLimited)
    broken.push(`${limited} cases were refused with status 429, so the server did not evaluate them`)
  return {
    seed,
    cases,
    uri: fixture.uri,
    counts: all.map(({ count }) => count),
    escapes,
    broken,
    ms: performance.now() - started,
  }
}

async function runCase(
  fixture: Fixture,
  { suite, count, random }: WeightedSuite,
  index: number,
  { escapes, broken }: { readonly escapes: Escape[]; readonly broken: string[] },
): Promise<void> {
  count.cases += 1
  const before = fixture.trap.asked.length
  const evidence = await tried(fixture, suite, random)
  const fetched = fixture.trap.asked.slice(before)
  const judged = judge(suite, evidence, { secrets: fixture.secrets, fetched })
  for (const line of judged.broken) broken.push(`${suite.name}, case ${index}: ${evidence.what}: ${line}`)
  const { seen } = evidence
  if (judged.limited) count.limited += 1
  if (seen.every(({ status }) => status < 400)) count.accepted += 1
  else count.refused += 1
  if (judged.escapes.length === 0) return
  count.escapes += 1
  const statuses = seen.map(({ status }) => status)
  escapes.push({ suite: suite.name, index, what: evidence.what, statuses, found: judged.escapes })
}

/** Runs a case. A connection that the server closes without a response counts as a refusal. */
async function tried(fixture: Fixture, suite: Suite, random: Random): Promise<Evidence> {
  try {
    return await suite.attack(fixture, random)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const what = String(error)
    // A server that refuses a large body may close the connection before it has read the whole body.
    if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_'))
      return { what, seen: [{ status: 400, text: '', ms: 0 }] }
    return { what, seen: [], broken: 'the case could not be tried' }
  }
}
