import type { DetailedError } from '@cedar-policy/cedar-wasm/nodejs'
import { cedarSchema } from './cedar-schema.ts'
import type { Cedar } from './load-cedar.ts'
import type { PolicyFile } from './policy-files.ts'

/** Reports invalid Cedar policies, with one line for each problem: file, line, column and message. */
export class CedarPolicyError extends Error {
  override readonly name = 'CedarPolicyError'

  constructor(problems: readonly string[]) {
    super(['The Cedar policies cannot be used:', ...problems].join('\n'))
  }
}

const maxProblems = 20
const maxPolicies = 1_000

/** Text of one Cedar policy, with its file and its position in the file. */
interface Placed {
  readonly file: PolicyFile
  /** Position of the policy in the file, in bytes. */
  readonly offset: number
  readonly text: string
}

/**
 * Parses and validates policies. The id of a policy is its annotation `@id("…")`, or else its file and line. Error
 * messages and explanations name policies by these ids.
 *
 * @returns the text of each policy, by its id
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
        `${at(policy)}: the policy at ${at(other)} has the same id ${id}. Give one of the two policies another id with @id, or put it on a separate line.`,
      )
    byId.set(id, policy)
  }
  if (placed.length > maxPolicies)
    problems.push(
      `There are ${placed.length} policies, but at most ${maxPolicies} are allowed. Combine or remove policies.`,
    )
  if (placed.length === 0 && problems.length === 0)
    problems.push(
      `${files.map(({ name }) => name).join(', ')}: there is no policy, so Cedar would forbid everything. To keep all granted rights, add this policy: permit(principal, action, resource);`,
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
  if (parts.policy_templates.length > 0)
    problems.push(
      `${file.name}: templates are not supported. Replace each template by policies without slots (?principal, ?resource).`,
    )
  // Cedar returns the texts of the policies unchanged, but not in the order of the file. When several policies have the
  // same text, each search starts after the previous one.
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
  const result = cedar.validate({
    schema: cedarSchema,
    policies: { staticPolicies: texts },
    validationSettings: { mode: 'strict' },
  })
  if (result.type === 'failure') {
    for (const { message } of result.errors) yield message
    return
  }
  for (const { policyId, error } of result.validationErrors) {
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

/** Returns the file name, line and column of a byte offset. */
function place({ name, text }: PolicyFile, offset: number): string {
  const before = Buffer.from(text).subarray(0, offset).toString().split('\n')
  return `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}
