import type { TableIdentifier } from '@headgate/iceberg/client'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { importRelation, type SourceRelation } from './import-relation.ts'
import type { ImportResult, ResultCollector } from './import-result.ts'
import type { Selection } from './namespace-pattern.ts'
import type { RelationState } from './relation-state.ts'
import { runTasks } from './run-tasks.ts'
import type { Side } from './side.ts'
import { createNamespaces } from './target-namespaces.ts'
import type { PlannedPlace } from './target-access.ts'
import { walkSource } from './walk-source.ts'

export interface ImportRun {
  readonly source: Side
  readonly target: Side
  /** Warehouse of the target server into which the import registers tables and views. */
  readonly warehouse: string
  readonly selection: Selection
  /** Maximum number of tables and views that are imported at the same time. */
  readonly parallel: number
  /** Number of failed tables and views after which the run ends. */
  readonly maxFailures: number
  readonly move: boolean
  readonly dropViews: boolean
  /**
   * Checks in a dry run whether the target server would accept the files of a table or view. Null if the run is not a
   * dry run.
   */
  readonly plan: ((identifier: TableIdentifier, state: RelationState) => Promise<PlannedPlace>) | null
  /** Called for each selected namespace. */
  readonly onNamespace: (namespace: readonly string[]) => void
  /** Called for each table and view before it is imported. */
  readonly onRelation: (relation: SourceRelation) => void
  /** Called with each result, while the run continues. */
  readonly onResult: (result: ImportResult) => void
  readonly warn: (text: string) => void
  /** Signal that stops the run: tables and views in progress are finished, and no others are started. */
  readonly stop: AbortSignal
}

/**
 * Imports the selected namespaces, tables and views. Stores no state: each run compares both catalogs, so a new run
 * continues where an interrupted run stopped.
 *
 * @param results collects the results, also of a run that ends with an error
 * @throws CliError when a catalog does not respond, refuses the credential, or too many tables and views failed
 */
export async function runImport(run: ImportRun, results: ResultCollector): Promise<void> {
  const { source, target, plan, warn, maxFailures } = run
  const ensureNamespace = createNamespaces({
    source,
    target,
    dryRun: plan !== null,
    warn,
    onNamespace: (existed) => void results.namespaces[existed ? 'existing' : 'created']++,
  })
  const walk = walkSource({
    source,
    target,
    selection: run.selection,
    ensureNamespace,
    onNamespace: run.onNamespace,
    onRelation: async (relation) => {
      run.onRelation(relation)
      const result = await importRelation(run, relation)
      results.add(result)
      run.onResult(result)
      const failures = results.tables.failed + results.views.failed
      if (failures >= maxFailures) throw tooManyFailures(failures, result)
    },
    onFound: (count) => void (results.found += count),
    onProblem: (namespace, reason) => void results.namespaceProblems.push({ namespace, reason }),
    warn,
  })
  await runTasks([walk], { parallel: run.parallel, signal: run.stop })
}

function tooManyFailures(failures: number, { reason = '' }: ImportResult): CliError {
  return new CliError(
    exitCode.refused,
    `The import was stopped, because ${failures} tables and views failed. The last error: ${reason}`,
    {
      next: 'Run the import with --dry-run, which shows the missing rights and locations. --max-failures changes the limit.',
    },
  )
}
