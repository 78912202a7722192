import type { TableIdentifier } from '@headgate/iceberg/client'
import { overwriteCommand } from './commands-for-user.ts'
import { compareStates, isImported } from './compare-states.ts'
import type { ImportResult } from './import-result.ts'
import { readRelation, type RelationKind, type RelationState } from './relation-state.ts'
import { ask, type Side } from './side.ts'

type MoveProblem = Pick<ImportResult, 'reason' | 'next'> & { readonly status: 'conflict' }

/**
 * Drops an imported table or view in the source catalog and keeps its files. First loads it from both catalogs again,
 * and does not drop it if the target lacks a commit of the source. If the source can unregister tables, its response
 * names the last metadata file, which shows whether a commit was made in the meantime.
 *
 * @returns the problem, or null if the table or view was dropped
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
      `The source still has the ${kind}.`,
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
        `The source no longer has the ${kind}, but its files remain.`,
        `then run: ${overwriteCommand(warehouse, identifier, metadataLocation)}`,
      )
}

function committedMeanwhile(kind: RelationKind, state: string, next: string): MoveProblem {
  return {
    status: 'conflict',
    reason: `A commit was made in the source while the ${kind} was imported. ${state}`,
    next: `Stop its writers, ${next}`,
  }
}
