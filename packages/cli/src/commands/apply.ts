import { counted } from '../output/counted.ts'
import { type Command, Option } from 'commander'
import { type Prunable, prunable } from '../apply/plan/plan-context.ts'
import { type Plan, planDocuments } from '../apply/plan/plan-documents.ts'
import type { PlannedItem } from '../apply/plan/planned-item.ts'
import { mergeDocuments } from '../apply/read/merge-documents.ts'
import { readDocuments } from '../apply/read/read-documents.ts'
import { explainFailure } from '../apply/run/explain-failure.ts'
import { formatItems, formatSummary, itemsToJson, summarize } from '../apply/run/format-items.ts'
import { runPlan } from '../apply/run/run-plan.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Io } from '../io.ts'
import { repeatable } from '../options.ts'
import { inSession, type Session } from '../session.ts'

interface Options {
  readonly file: readonly string[]
  readonly dryRun?: boolean
  readonly prune?: readonly Prunable[]
  readonly skipMissingTables?: boolean
  readonly skipProbe?: boolean
}

export function registerApply(program: Command, io: Io): void {
  program
    .command('apply')
    .description(
      'Creates and changes principals, roles, warehouses, namespaces, engines and grants, so that the server matches the documents ' +
        '(YAML or JSON, as `headgate export` prints them). Settings that a document does not contain do not change. ' +
        'The command makes the necessary changes in the order of their dependencies, and stops at the first refused change. ' +
        'Run it again to continue. Nothing is deleted without --prune.',
    )
    .requiredOption(
      '-f, --file <path>',
      'document, or folder of documents; - for standard input; repeatable',
      repeatable,
    )
    .option('--dry-run', 'print the plan, and change nothing')
    .addOption(
      new Option(
        '--prune <what...>',
        'remove what the documents do not contain: members of their roles; grants between objects and grantees of the documents',
      ).choices(prunable),
    )
    .option('--skip-missing-tables', 'leave out grants on tables and views that do not exist')
    .option('--skip-probe', 'do not validate the storage of warehouses')
    .action(inSession(io, apply))
}

async function apply(session: Session, options: Options): Promise<void> {
  const desired = mergeDocuments(await readDocuments(session.io, options.file))
  const plan = await planDocuments(session, desired, {
    prune: new Set(options.prune),
    skipMissingTables: options.skipMissingTables === true,
    skipProbe: options.skipProbe === true,
  })
  const { out } = session
  for (const grant of plan.skipped)
    out.warn(`The grant to ${grant} is skipped, because the table or view does not exist.`)
  if (options.dryRun === true) return showPlan(session, plan)
  refuseMissingSecrets(plan)
  await confirmRemovals(session, plan)
  await carryOut(session, plan)
}

function showPlan({ out }: Session, { items, missingSecrets, skipped }: Plan): void {
  const summary = summarize(items)
  const json = { dryRun: true, items: itemsToJson(items), summary, missingSecrets, skipped }
  out.result({ json }, (paint) => formatItems(paint, items))
  for (const missing of missingSecrets) out.warn(`Missing: ${missing}.`)
  out.note(formatSummary(summary))
  noteKept(out, summary.kept)
}

function noteKept(out: Session['out'], kept: number): void {
  if (kept > 0)
    out.note(
      `Not removed, although the documents do not contain them: ${kept} settings, members and grants. --dry-run --json lists them.`,
    )
}

function refuseMissingSecrets({ missingSecrets }: Plan): void {
  if (missingSecrets.length === 0) return
  throw new CliError(exitCode.usage, `Secrets are missing:\n${missingSecrets.join('\n')}`, {
    next: 'Nothing was changed. Set the variables of the secrets, or remove the secrets from the document.',
  })
}

async function confirmRemovals({ confirm }: Session, { items }: Plan): Promise<void> {
  const removals = items.flatMap(({ changes }) => changes.filter(({ stage }) => stage === 'removals'))
  if (removals.length > 0)
    await confirm(`Remove ${removals.length} members and grants that the documents do not contain?`)
}

async function carryOut({ out }: Session, { items, skipped }: Plan): Promise<void> {
  const changed = items.filter(({ changes }) => changes.length > 0)
  const total = changed.reduce((sum, { changes }) => sum + changes.length, 0)
  const { states, failure } = await runPlan(changed, (made) => out.progress(`${made} of ${total} changes …`))
  const summary = summarize(items)
  const json = { dryRun: false, items: itemsToJson(changed, states), summary, skipped }
  out.result({ json }, (paint) => formatItems(paint, changed, states))
  if (failure !== undefined) throw explainFailure(failure, states)
  out.note(formatDone(changed, summary.unchanged))
  noteKept(out, summary.kept)
}

function formatDone(changed: readonly PlannedItem[], unchanged: number): string {
  return changed.length === 0
    ? `Nothing to change: the server has what the documents contain (${counted(unchanged, 'object')}).`
    : `${counted(changed.length, 'object was', 'objects were')} created or changed, ${unchanged} needed no change.`
}
