import { stringify } from '@headgate/json'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { formatLevels } from '../names/dotted.ts'
import type { Session } from '../session.ts'
import { connectSource, type SourceOptions } from './connect-source.ts'
import { connectTarget } from './connect-target.ts'
import { countInBoth, type ImportResult, type ImportResults, ResultCollector } from './import-result.ts'
import { parsePattern } from './namespace-pattern.ts'
import { startProgress } from './progress.ts'
import { formatReport, formatResult, type ReportContext, toReportJson, toResultJson } from './report.ts'
import { type ImportRun, runImport } from './run-import.ts'
import { ask } from './side.ts'
import { openSourceGrants } from './source-grants.ts'
import { readTargetAccess } from './target-access.ts'

export interface ImportOptions extends SourceOptions {
  readonly namespace?: readonly string[]
  readonly exclude?: readonly string[]
  readonly dryRun?: boolean
  readonly move?: boolean
  readonly dropViews?: boolean
  readonly sourceReadOnly?: boolean
  readonly grants?: string
  readonly parallel: number
  readonly maxFailures: number
  readonly verbose?: boolean
}

/**
 * Imports a catalog, and prints the result.
 *
 * @throws CliError when tables or views are in conflict, failed or are missing a right, and when the run was interrupted
 */
export async function importCatalog(
  session: Session,
  options: ImportOptions,
  stop: AbortSignal,
): Promise<void> {
  const { out, warehouse, settings } = session
  const { dryRun = false, move = false, dropViews = false, verbose = false } = options
  checkOptions(options)
  const selection = {
    include: (options.namespace ?? []).map(parsePattern),
    exclude: (options.exclude ?? []).map(parsePattern),
  }
  await using source = await connectSource(session, options)
  await using target = await connectTarget(session)
  const warn = (text: string): void => out.warn(text)
  const access = dryRun
    ? await readTargetAccess(session, (namespace) =>
        ask(target, (catalog) => catalog.namespaceExists(namespace)),
      )
    : null
  const grants = options.grants === undefined ? null : await openSourceGrants(session, source, options.grants)
  await grants?.read({})
  const results = new ResultCollector()
  const started = performance.now()
  const toContext = (): ReportContext => ({
    source: source.url,
    sourceWarehouse: source.warehouse,
    target: settings.url.value,
    warehouse,
    principal: access?.principal ?? null,
    dryRun,
    seconds: (performance.now() - started) / 1000,
  })
  const failure = await runWithProgress(session, results, verbose, (onResult) => ({
    source,
    target,
    warehouse,
    selection,
    parallel: options.parallel,
    maxFailures: options.maxFailures,
    move: move && !dryRun,
    dropViews,
    plan: access === null ? null : access.plan,
    onNamespace: async (namespace) => await grants?.read({ namespace }),
    onRelation: async ({ namespace, name }) => await grants?.read({ namespace, relation: name }),
    onResult,
    warn,
    stop,
  }))
  if (failure !== null && results.found === 0) throw failure.error
  if (failure === null && !stop.aborted) await grants?.write()
  const context = toContext()
  out.result({ json: toReportJson(results, context) }, (paint) => formatReport(paint, results, context))
  warnAboutWriters(session, options, results)
  const { created, existing } = results.namespaces
  if (created + existing + results.namespaceProblems.length === 0 && failure === null)
    warn('The source has no namespace that --namespace and --exclude select and the credential may see.')
  if (failure !== null) throw failure.error
  const error = toError(results, stop.aborted)
  if (error !== null) throw error
}

/** Runs the import and shows its progress. Returns the error that ended it, so that the results are printed first. */
async function runWithProgress(
  { io, out }: Session,
  results: ResultCollector,
  verbose: boolean,
  toRun: (onResult: ImportRun['onResult']) => ImportRun,
): Promise<{ readonly error: unknown } | null> {
  using progress = startProgress(io, out, results)
  const run = toRun((result) => {
    progress.update(formatLevels([...result.identifier.namespace, result.identifier.name]))
    if (verbose) showResult({ io, out }, result)
  })
  try {
    await runImport(run, results)
    return null
  } catch (error) {
    return { error }
  }
}

function checkOptions({ move, dropViews, sourceReadOnly }: ImportOptions): void {
  if (dropViews === true && move !== true)
    throw new CliError(exitCode.usage, '--drop-views needs --move.', {
      next: 'Add --move, or remove --drop-views.',
    })
  if (move === true && sourceReadOnly === true) {
    throw new CliError(exitCode.usage, '--move and --source-read-only cannot be used together.', {
      next: 'Use --move to drop the tables at the source, or --source-read-only to keep them there.',
    })
  }
}

function showResult({ io, out }: Pick<Session, 'io' | 'out'>, result: ImportResult): void {
  if (out.json) io.stderr.write(`${stringify(toResultJson(result))}\n`)
  else out.note(formatResult(result))
}

/** Warns that two catalogs can commit to the same tables, which neither of them notices. */
function warnAboutWriters(
  { out }: Session,
  { move = false, sourceReadOnly = false, dryRun = false }: ImportOptions,
  results: ImportResults,
): void {
  const shared = countInBoth(results)
  if (shared === 0 || sourceReadOnly || (move && dryRun)) return
  out.warn(
    `Tables in both catalogs${dryRun ? ' after the import' : ''}: ${shared.toLocaleString('en-US')}. Commits of one catalog are not visible in the ` +
      'other, and expiring snapshots or purging in one deletes files of the other. Stop all writers at the source, then ' +
      (move
        ? 'resolve the problems and run the command again.'
        : 'run the import with --move, or with --source-read-only.'),
  )
}

/** Returns the error that ends the command, or null after a complete import. */
function toError(results: ImportResults, interrupted: boolean): CliError | null {
  const { problems, namespaceProblems, plan } = results
  if (interrupted) {
    return new CliError(
      exitCode.cancelled,
      `The import was interrupted after ${results.done} tables and views.`,
      {
        next: 'Run the same command again to continue.',
      },
    )
  }
  const count = problems.length + namespaceProblems.length
  if (count > 0) {
    return new CliError(
      exitCode.refused,
      `Problems prevented the import of ${count} namespaces, tables or views.`,
      {
        next: 'Resolve the problems above, then run the same command again: it imports only the missing ones.',
      },
    )
  }
  const blocked = plan.filter(
    ({ place }) =>
      place !== undefined && !(place.mayCreate && place.files !== 'missing' && isPossible(place.cover.type)),
  ).length
  return blocked === 0
    ? null
    : new CliError(
        exitCode.refused,
        `${blocked} of ${plan.length} tables and views cannot be imported yet.`,
        {
          next: 'Follow the steps above, then run the dry run again.',
        },
      )
}

const isPossible = (cover: string): boolean => cover === 'allowed' || cover === 'unknown'
