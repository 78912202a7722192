import type { Json, JsonObject } from '@headgate/json'
import { readBackDifferences, resultDifferences } from './compare.ts'
import { commit, create, read, type Outcome } from './headgate-model.ts'
import type { JavaResponse, JavaModel } from './java-model.ts'
import { fileBefore, commitTime, UUID, type Difference, type Sequence } from './sequence.ts'

/** Returns whether the updates of a commit create a table, like the commit of a staged table. */
const creating = (updates: readonly Json[] | undefined): boolean =>
  listActions(updates ?? []).includes('set-location') && listActions(updates ?? []).includes('add-schema')

/** Matches the names of members that every commit to a table or view changes. */
const ofEachChange = /^(last-updated-ms|metadata-log(\[\]\.metadata-file)?|versions|version-log)$/

interface Step {
  readonly name: string
  readonly ours: Outcome
  readonly java: Promise<JavaResponse>
  /** Response of the Java driver that has read the metadata document of Headgate. */
  readonly readBack: Promise<JavaResponse> | undefined
  readonly actions: readonly string[]
  readonly isNew: boolean
}

/**
 * Evaluates one sequence with Headgate's and with Java's metadata code, and returns the differences of their results.
 */
export async function runSequence(java: JavaModel, sequence: Sequence): Promise<readonly Difference[]> {
  const steps = listSteps(java, sequence)
  const found: Difference[] = []
  for (const step of steps) found.push(...(await findDifferences(step, sequence.kind)))
  return found
}

function listSteps(
  java: JavaModel,
  { kind, create: request, commits, documents }: Sequence,
): readonly Step[] {
  const steps: Step[] = []
  let state: JsonObject | null = null
  const readBack = (outcome: Outcome): Promise<JavaResponse> | undefined =>
    outcome.verdict === 'accepted' ? java.ask({ op: 'read', kind, document: outcome.document }) : undefined
  if (request !== null) {
    const ours = create(request)
    const response = java.ask({ op: 'create', kind, request, uuid: UUID, now: commitTime(-1) })
    steps.push({
      name: 'create',
      ours,
      java: response,
      readBack: readBack(ours),
      actions: ['create'],
      isNew: true,
    })
    if (ours.verdict !== 'accepted') return steps
    state = creating(commits[0]) ? null : ours.document
  }
  for (const [index, updates] of commits.entries()) {
    const ours = commit(kind, state, updates, index)
    const place = { location: fileBefore(index), now: commitTime(index), uuid: UUID }
    const response = java.ask({ op: 'commit', kind, base: state, updates, ...place })
    const actions = listActions(updates)
    steps.push({
      name: `commit ${index}`,
      ours,
      java: response,
      readBack: readBack(ours),
      actions,
      isNew: state === null,
    })
    if (ours.verdict === 'accepted') state = ours.document
    else if (state === null) return steps
  }
  for (const [index, document] of documents.entries()) {
    const ours = read(kind, document)
    const response = java.ask({ op: 'read', kind, document })
    steps.push({
      name: `document ${index}`,
      ours,
      java: response,
      readBack: readBack(ours),
      actions: ['read'],
      isNew: false,
    })
  }
  return steps
}

async function findDifferences(step: Step, relation: Sequence['kind']): Promise<readonly Difference[]> {
  const { ours, actions } = step
  const difference = (
    kind: Difference['kind'],
    path: string,
    headgate: string,
    java: string,
  ): Difference => ({
    relation,
    step: step.name,
    kind,
    path,
    headgate,
    java,
    actions,
  })
  const java = await step.java
  if (ours.verdict === 'crashed') return [difference('crash', '', ours.message, toVerdict(java, step.isNew))]
  const verdict = toVerdict(java, step.isNew)
  if (ours.verdict !== 'accepted') {
    if (verdict.startsWith(ours.verdict)) return []
    return [difference('verdict', '', `${ours.verdict}: ${ours.message}`, verdict)]
  }
  const found: Difference[] = []
  const readBack = await step.readBack
  if (readBack?.error !== undefined)
    found.push(difference('unreadable', '', 'accepted', readText(readBack.error)))
  if (java.error !== undefined) return [...found, difference('verdict', '', 'accepted', verdict)]
  if (readBack?.error !== undefined || readBack === undefined) return found
  for (const path of readBackDifferences(ours.document, readBack.document))
    found.push(difference('read-back', path, '', ''))
  const changedDiffers = java.changed !== undefined && java.changed !== ours.changed
  if (changedDiffers) found.push(difference('changed', '', String(ours.changed), String(java.changed)))
  // The Java library found no change, so it wrote no new document.
  if (java.changed === false) return found
  for (const path of resultDifferences(readBack.document, java.document))
    if (!changedDiffers || !ofEachChange.test(path)) found.push(difference('result', path, '', ''))
  return found
}

/**
 * Converts a response of the Java driver to a verdict, such as `refused`. An error that asks the client to repeat the
 * commit is also `refused` if the table does not exist yet.
 */
function toVerdict(response: JavaResponse, isNew: boolean): string {
  if (response.error === undefined) return 'accepted'
  const stale = response.error.type === 'RetryableValidationException' && !isNew
  return `${stale ? 'stale' : 'refused'}: ${readText(response.error)}`
}

const readText = ({ type, message }: { readonly type: string; readonly message: string }): string =>
  `${type}: ${message.slice(0, 400)}`

function listActions(updates: readonly Json[]): readonly string[] {
  return updates.map((update) => {
    const action =
      typeof update === 'object' && update !== null ? (update as JsonObject)['action'] : undefined
    return typeof action === 'string' ? action : 'unknown'
  })
}
