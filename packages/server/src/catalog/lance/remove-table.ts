import { formatIdentifier } from '@headgate/iceberg/rest'
import { findLanceProperties, type LanceProperties } from '../../store/lance-tables.ts'
import { deleteRelation } from '../../store/relation-moves.ts'
import { type CommitContext, toCommitRecord } from '../commit/commit-context.ts'
import type { CommitDeps } from '../commit/deps.ts'
import { dropTarget } from '../commit/drop-relation.ts'
import { done, mapDone, moved, type Outcome } from '../commit/outcome.ts'
import { protectedError } from '../existing.ts'
import { findRelation } from '../find-relation.ts'
import { type RelationRef, toRowVersion } from '../target.ts'

/** Lance table after it was removed from the catalog. */
export interface RemovedTable {
  readonly location: string
  readonly properties: LanceProperties
}

/**
 * Removes a Lance table from the catalog without deleting its files. Storage credentials for the table become
 * invalid.
 */
export async function deregisterTable(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
): Promise<Outcome<RemovedTable>> {
  const { found, decision } = await findRelation(deps, context, ref, 'lance-table', 'manage', 'none')
  const { id, location, protected: isProtected } = found.relation
  if (isProtected) throw protectedError(`Lance table ${formatIdentifier(ref.identifier)}`)
  const properties = await findLanceProperties(deps.sql, id)
  const record = toCommitRecord(context, decision, { relationId: id })
  return (await deleteRelation(deps.sql, toRowVersion(found), record))
    ? done({ location, properties })
    : moved
}

/**
 * Drops a Lance table. The table can be restored until the end of its retention; then its files are deleted.
 */
export async function dropLanceTable(
  deps: CommitDeps,
  context: CommitContext,
  ref: RelationRef,
): Promise<Outcome<RemovedTable>> {
  const { found, decision } = await findRelation(deps, context, ref, 'lance-table', 'manage', 'none')
  const { id, location } = found.relation
  const properties = await findLanceProperties(deps.sql, id)
  const record = toCommitRecord(context, decision, { relationId: id })
  const request = { target: found, purge: true, principalId: context.identity.principal.id }
  return mapDone(await dropTarget(deps, request, record), () => ({ location, properties }))
}
