import type { TableIdentifier } from '@headgate/iceberg/client'
import { overwriteCommand } from './commands-for-user.ts'
import { compareStates, isImported } from './compare-states.ts'
import type { ImportResult } from './import-result.ts'
import { readRelation, type RelationKind, type RelationState } from './relation-state.ts'
import { ask, type Side } from './side.ts'

type MoveProblem = Pick<ImportResult, 'reason' | 'next'> & { readonly status: 'conflict' }

/**
 * Drops a table or view at the source, without its files. Before that, loads it from both catalogs again and compares them. A
 * source that can unregister a table returns its last metadata file, which shows whether a commit was made meanwhile.
 *
 * @returns the problem, or null after the drop
 */
export async function moveRelation(
  { source, target, warehouse }: { readonly source: Side; readonly target: Side; readonly warehouse: string },
  identifier: TableIdentifier,
  { kind }: Pick<RelationState, 'kind'>,
): Promise<MoveProblem | null> {
  const inTarget = await ask(target, (catalog) => readRelation(catalog, kind, identifier))
  const latest = await ask(source, (catalog) => readRelation(catalog, kind, identifier))
  if (!isImported(compareStates(latest, inTarget)))
    return committedMeanwhile(
      kind,
      'It was not dropped there.',
      kind === 'table'
        ? `then run: ${overwriteCommand(warehouse, identifier, latest.metadataLocation)}`
        : 'drop the view in the target, and run the import again.',
    )
  if (kind === 'view') {
    await ask(source, (catalog) => catalog.dropView(identifier))
    return null
  }
  if (!source.catalog.supports('unregisterTable')) {
    await ask(source, (catalog) => catalog.dropTable(identifier, { purge: false }))
    return null
  }
  const { metadataLocation } = await ask(source, (catalog) => catalog.unregisterTable(identifier))
  return metadataLocation === latest.metadataLocation
    ? null
    : committedMeanwhile(
        kind,
        'It was dropped there, and its files are kept.',
        `then run: ${overwriteCommand(warehouse, identifier, metadataLocation)}`,
      )
}

function committedMeanwhile(kind: RelationKind, state: string, next: string): MoveProblem {
  return {
    status: 'conflict',
    reason: `A commit was made at the source while the ${kind} was imported. ${state}`,
    next: `Stop its writers, ${next}`,
  }
}
