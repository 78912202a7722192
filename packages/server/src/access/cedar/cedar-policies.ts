import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs'
import { cedarSchema } from './cedar-schema.ts'
import type { Cedar } from './load-cedar.ts'
import type { PolicyFile } from './policy-files.ts'

/** Policies that cannot be used: a line for each problem, with file, line and column. */
export class CedarPolicyError extends Error {
  override readonly name = 'CedarPolicyError'

  constructor(problems: readonly string[]) {
    super(['The Cedar policies cannot be used:', ...problems].join('\n'))
  }
}

const maxProblems = 20
const maxPolicies = 1_000

/** One policy, and where it begins. */
interface Placed {
  readonly file: PolicyFile
  /** Bytes. */
  readonly offset: number
  readonly text: string
}

/**
 * Reads policies by the names that refusals and explanations have for them: the annotation `@id("…")`, or file and
 * line.
 *
 * @returns Cedar's text of each
 * @throws CedarPolicyError
 */
export function readPolicies(cedar: Cedar, files: readonly PolicyFile[]): Record<string, string> {
  const problems: string[] = []
  const placed = files.flatMap((file) => splitPolicies(cedar, file, problems))
  const byId = new Map<string, Placed>()
  for (const policy of placed.toSorted(byPlace)) {
    const id = readId(cedar, policy)
    const other = byId.get(id)
    if (other !== undefined)
      problems.push(
        `${at(policy)}: the id ${id} is taken by the policy at ${at(other)}: change one of them with @id, or put it on a separate line.`,
      )
    byId.set(id, policy)
  }
  if (placed.length > maxPolicies)
    problems.push(`There are ${placed.length} policies: at most ${maxPolicies}.`)
  if (placed.length === 0 && problems.length === 0)
    problems.push(
      `${files.map(({ name }) => name).join(', ')}: there is no policy, so nothing would be permitted. The one that leaves all that grants give is: permit(principal, action, resource);`,
    )
  const texts = Object.fromEntries([...byId].map(([id, { text }]) => [id, text]))
  if (problems.length === 0) problems.push(...invalid(cedar, texts, byId))
  if (problems.length > 0) throw new CedarPolicyError([...new Set(problems)].slice(0, maxProblems))
  return texts
}

function splitPolicies(cedar: Cedar, file: PolicyFile, problems: string[]): Placed[] {
  const parts = cedar.policySetTextToParts(file.text)
  if (parts.type === 'failure') {
    problems.push(...parts.errors.map((error) => describeProblem(error, { file, offset: 0 })))
    return []
  }
  if (parts.policy_templates.length > 0) problems.push(`${file.name}: templates are not supported.`)
  // They come as they are written in the file, but not in its order; two may be the same.
  const ends = new Map<string, number>()
  return parts.policies.map((text) => {
    const start = Math.max(0, file.text.indexOf(text, ends.get(text)))
    ends.set(text, start + text.length)
    return { file, text, offset: Buffer.byteLength(file.text.slice(0, start)) }
  })
}

function byPlace(a: Placed, b: Placed): number {
  return a.file === b.file ? a.offset - b.offset : 0
}

function readId(cedar: Cedar, policy: Placed): string {
  const parsed = cedar.policyToJson(policy.text)
  const annotations = parsed.type === 'success' ? parsed.json.annotations : undefined
  const id = annotations?.['id']
  return typeof id === 'string' && id !== '' ? id : at(policy)
}

function* invalid(
  cedar: Cedar,
  texts: Record<string, string>,
  byId: ReadonlyMap<string, Placed>,
): Generator<string> {
  const answer = cedar.validate({
    schema: cedarSchema,
    policies: { staticPolicies: texts },
    validationSettings: { mode: 'strict' },
  })
  if (answer.type === 'failure') {
    for (const { message } of answer.errors) yield message
    return
  }
  for (const { policyId, error } of answer.validationErrors) {
    const policy = byId.get(policyId)
    yield policy === undefined ? error.message : describeProblem(error, policy)
  }
}

function describeProblem(
  { message, help, sourceLocations: [location] = [] }: DetailedError,
  { file, offset }: Pick<Placed, 'file' | 'offset'>,
): string {
  const label = location?.label ? ` (${location.label})` : ''
  return `${place(file, offset + (location?.start ?? 0))}: ${message}${label}${help === null ? '' : `; ${help}`}`
}

function at({ file, offset }: Placed): string {
  return place(file, offset).replace(/:\d+$/, '')
}

/** Returns file, line and column of a byte offset. */
function place({ name, text }: PolicyFile, offset: number): string {
  const before = Buffer.from(text).subarray(0, offset).toString().split('\n')
  return `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
