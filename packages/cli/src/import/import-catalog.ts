import { stringify } from '@headgate/json'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { formatLevels } from '../names/dotted.ts'
import type { Session } from '../session.ts'
import { connectSource, type SourceOptions } from './connect-source.ts'
import { connectTarget } from './connect-target.ts'
import { type GrantsExport, type GrantsResult, openGrantsExport } from './grants/grants-export.ts'
import { writeBeforeMove } from './grants/write-before-move.ts'
import { countInBoth, type ImportResult, type ImportResults, ResultCollector } from './import-result.ts'
import { parsePattern } from './namespace-pattern.ts'
import { startProgress } from './progress.ts'
import { formatReport, formatResult, type ReportContext, toReportJson, toResultJson } from './report.ts'
import { type ImportRun, runImport } from './run-import.ts'
import { ask } from './side.ts'
import { counted } from '../output/counted.ts'
import { visible } from '../output/visible.ts'
import { readTargetAccess } from './target-access.ts'

export interface ImportOptions extends SourceOptions {
  readonly namespace?: readonly string[]
  readonly exclude?: readonly string[]
  readonly dryRun?: boolean
  readonly move?: boolean
  readonly dropViews?: boolean
  readonly sourceReadOnly?: boolean
  readonly grants?: string
  readonly grantsIssuer?: string
  readonly parallel: number
  readonly maxFailures: number
  readonly verbose?: boolean
}

/**
 * Runs `headgate import`: imports tables and views of another catalog, and prints the result.
 *
 * @throws CliError when the import of a table or view failed, had a conflict or needs a missing right, and when the
 * run was interrupted
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
  const moves = move && !dryRun
  await using source = await connectSource(session, options)
  await using target = await connectTarget(session)
  const warn = (text: string): void => out.warn(text)
  const access = dryRun
    ? await readTargetAccess(session, (namespace) =>
        ask(target, (catalog) => catalog.namespaceExists(namespace)),
      )
    : null
  const grants =
    options.grants === undefined
      ? null
      : await openGrantsExport({
          session,
          source,
          target,
          file: options.grants,
          // An earlier run may have moved tables. Their grants are then only in the existing file, so it must not be
          // replaced.
          keepsFile: moves,
          issuer: options.grantsIssuer ?? null,
          partial: selection.include.length + selection.exclude.length > 0,
          parallel: options.parallel,
          stop,
        })
  const walk = { source, target, selection, parallel: options.parallel, stop }
  const early =
    grants !== null && moves ? await unlessStopped(stop, () => writeBeforeMove(grants, walk)) : null
  const results = new ResultCollector()
  const started = performance.now()
  const failure = await runWithProgress(session, results, verbose, (onResult) => ({
    ...walk,
    warehouse,
    maxFailures: options.maxFailures,
    move: moves,
    dropViews,
    plan: access === null ? null : access.plan,
    onNamespace: (namespace) => grants?.addNamespace(namespace),
    onRelation: ({ kind, identifier: { namespace, name } }) => grants?.addRelation({ kind, namespace, name }),
    onResult,
    warn,
  }))
  if (failure !== null && results.found === 0) throw failure.error
  const seconds = (performance.now() - started) / 1000
  const isComplete = failure === null && !stop.aborted
  const written =
    isComplete && early === null ? await writeGrants(grants, stop) : { result: early, error: null }
  const context: ReportContext = {
    source: source.url,
    sourceWarehouse: source.warehouse,
    target: settings.url.value,
    warehouse,
    principal: access?.principal ?? null,
    dryRun,
    grants: written.result,
    seconds,
  }
  out.result({ json: toReportJson(results, context) }, (paint) => formatReport(paint, results, context))
  warnAboutWriters(session, options, results)
  const { created, existing } = results.namespaces
  if (created + existing + results.namespaceProblems.length === 0 && failure === null)
    warn(
      'The import found no namespace. Check --namespace and --exclude, and whether the credential may see the namespaces of the source.',
    )
  if (failure !== null) throw failure.error
  if (written.error !== null) throw written.error
  const error = toError(results, stop.aborted)
  if (error !== null) throw error
}

/**
 * Runs the import and shows its progress. Returns an error that ended the import instead of throwing it, so that the
 * caller can print the results first.
 */
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

/**
 * Result of the export of grants, or the error that prevented it. The command prints the results before it throws this
 * error.
 */
interface WrittenGrants {
  readonly result: GrantsResult | null
  readonly error: unknown
}

async function writeGrants(grants: GrantsExport | null, stop: AbortSignal): Promise<WrittenGrants> {
  if (grants === null) return { result: null, error: null }
  try {
    return { result: await unlessStopped(stop, () => grants.write()), error: null }
  } catch (error) {
    return { result: null, error }
  }
}

/** Waits for a function, and returns null if the user interrupts the command first. */
async function unlessStopped<Result>(stop: AbortSignal, run: () => Promise<Result>): Promise<Result | null> {
  try {
    return await run()
  } catch (error) {
    if (stop.aborted) return null
    throw error
  }
}

function checkOptions({ move, dropViews, sourceReadOnly, grants, grantsIssuer }: ImportOptions): void {
  if (grantsIssuer !== undefined && grants === undefined)
    throw new CliError(exitCode.usage, '--grants-issuer needs --grants.', {
      next: 'Add --grants FILE, or remove --grants-issuer.',
    })
  if (grantsIssuer?.includes('#') === true || grantsIssuer === '')
    throw new CliError(exitCode.usage, `The issuer ${visible(grantsIssuer) || '""'} is not valid.`, {
      next: 'Write it exactly as the claim "iss" of the tokens contains it, such as https://idp.example.com/realms/lake.',
    })
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

/**
 * Warns the user that both catalogs can commit to the same tables, and that neither catalog detects commits of the
 * other.
 */
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
      `The import was interrupted after ${counted(results.done, 'table or view', 'tables and views')}.`,
      {
        next: 'Run the same command again to continue.',
      },
    )
  }
  const count = problems.length + namespaceProblems.length
  if (count > 0) {
    return new CliError(
      exitCode.refused,
      `Problems prevented the import of ${counted(count, 'namespace, table or view', 'namespaces, tables or views')}.`,
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
