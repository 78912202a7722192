import type { Escape as AnyEscape } from '../attack/escape.ts'
import { Random } from '../attack/random.ts'
import type { Evidence, Family } from './family.ts'
import { judge } from './oracle.ts'
import type { Scene } from './scene.ts'

export interface Escape extends AnyEscape {
  readonly family: string
}

export interface FamilyCount {
  readonly family: string
  readonly about: string
  cases: number
  refused: number
  accepted: number
  escapes: number
  /** Turned away for being too many, and so not looked at. */
  limited: number
  /** Why nothing was tried, or what all cases together show. */
  remark: string
}

export interface RunResult {
  readonly seed: number
  readonly uri: string
  readonly counts: readonly FamilyCount[]
  readonly escapes: readonly Escape[]
  /** What should have worked and did not: then what was refused says nothing. */
  readonly broken: readonly string[]
  readonly ms: number
}

export interface RunOptions {
  readonly seed: number
  readonly cases: number
  readonly seconds: number
  /** Escapes after which it stops. Default 20. */
  readonly enough?: number
  readonly say: (line: string) => void
}

interface Lane {
  readonly family: Family
  readonly count: FamilyCount
  readonly random: Random
}

const progressMs = 5_000
/** A run in which more cases than this share were turned away unseen says too little. */
const mostLimited = 0.02

/** Tries cases of all families, in turns by weight, until there were enough or the time is over. */
export async function runFamilies(
  scene: Scene,
  families: readonly Family[],
  { seed, cases, seconds, enough = 20, say }: RunOptions,
): Promise<RunResult> {
  const started = performance.now()
  const all = families.map((family, i): Lane => {
    const { name, about, unavailable } = family
    const remark = unavailable?.(scene) ?? ''
    const count = { family: name, about, cases: 0, refused: 0, accepted: 0, escapes: 0, limited: 0, remark }
    return { family, count, random: new Random(seed + 31 * i) }
  })
  const lanes = all.filter(({ count }) => count.remark === '')
  if (lanes.length === 0) throw new Error('there is nothing to try')
  const turns = new Random(seed)
  const escapes: Escape[] = []
  const broken: string[] = []
  let nextWord = started + progressMs
  for (let index = 0; index < cases && escapes.length < enough; index += 1) {
    if (performance.now() > started + seconds * 1_000) break
    const lane = turns.pickByWeight(lanes, ({ family }) => family.weight ?? 1)
    await runCase(scene, lane, index, { escapes, broken })
    if (performance.now() < nextWord) continue
    nextWord += progressMs
    say(`${index + 1} of ${cases} cases, ${escapes.length} escapes`)
  }
  for (const { family, count } of lanes) {
    const { found = [], remark = '' } = family.conclude?.(scene) ?? {}
    count.remark = remark
    if (found.length === 0) continue
    count.escapes += 1
    escapes.push({ family: family.name, index: cases, what: 'all cases together', statuses: [], found })
  }
  const limited = all.reduce((sum, { count }) => sum + count.limited, 0)
  if (limited > cases * mostLimited)
    broken.push(`${limited} cases were turned away with 429 and so not looked at`)
  return {
    seed,
    uri: scene.uri,
    counts: all.map(({ count }) => count),
    escapes,
    broken,
    ms: performance.now() - started,
  }
}

async function runCase(
  scene: Scene,
  { family, count, random }: Lane,
  index: number,
  { escapes, broken }: { readonly escapes: Escape[]; readonly broken: string[] },
): Promise<void> {
  count.cases += 1
  const before = scene.trap.asked.length
  const evidence = await tried(scene, family, random)
  const fetched = scene.trap.asked.slice(before)
  const judged = judge(family, evidence, { secrets: scene.secrets, fetched })
  for (const line of judged.broken) broken.push(`${family.name}, case ${index}: ${evidence.what}: ${line}`)
  const { seen } = evidence
  if (judged.limited) count.limited += 1
  if (seen.every(({ status }) => status < 400)) count.accepted += 1
  else count.refused += 1
  if (judged.escapes.length === 0) return
  count.escapes += 1
  const statuses = seen.map(({ status }) => status)
  escapes.push({ family: family.name, index, what: evidence.what, statuses, found: judged.escapes })
}

/** A server may hang up on what it does not want to read. */
async function tried(scene: Scene, family: Family, random: Random): Promise<Evidence> {
  try {
    return await family.attack(scene, random)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const what = String(error)
    // After a refusal of what is too large it may stop reading in the middle.
    if (code === 'ECONNRESET' || code === 'EPIPE' || code.startsWith('HPE_'))
      return { what, seen: [{ status: 400, text: '', ms: 0 }] }
    return { what, seen: [], broken: 'the case could not be tried' }
  }
}
