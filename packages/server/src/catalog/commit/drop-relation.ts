import { formatIdentifier } from '@headgate/iceberg/rest'
import { joinLevels } from '../../namespace-path.ts'
import type { CommitRecord } from '../../store/commit-record.ts'
import { deleteRelation, dropRelation as dropRow } from '../../store/relation-moves.ts'
import type { RelationKind } from '../../store/relations.ts'
import type { CatalogDeps } from '../deps.ts'
import { protectedError, relationTitles } from '../existing.ts'
import { findRelation } from '../find-relation.ts'
import { type RelationRef, toRowVersion, type Target } from '../target.ts'
import { type CommitContext, toCommitRecord } from './commit-context.ts'
import type { CommitDeps } from './deps.ts'
import { done, moved, type Outcome } from './outcome.ts'

/** Drops the table or view with a name; see `dropTarget`. */
export async function dropRelation(
  deps: CommitDeps,
  context: CommitContext,
  kind: RelationKind,
  ref: RelationRef,
  purge: boolean,
): Promise<Outcome<void>> {
  const { found: target, decision } = await findRelation(deps, context, ref, kind, 'manage', 'none')
  const record = toCommitRecord(context, decision, { relationId: target.relation.id })
  const principalId = context.identity.principal.id
  return await dropTarget(deps, { target, purge, principalId }, record)
}

/** Relation to drop, with the options of the request. */
export interface DropRequest {
  readonly target: Target
  readonly purge: boolean
  readonly principalId: string
}

/**
 * Drops a relation. Its name can be used again immediately. Until the end of the warehouse's retention, the
 * relation can be restored and its locations stay claimed. After the retention, the server deletes its files
 * if the request asked for a purge; otherwise the files remain in storage. If the warehouse has no retention,
 * a purge starts immediately, and a drop without purge deletes the row.
 */
export async function dropTarget(
  { sql }: Pick<CatalogDeps, 'sql'>,
  { target, purge, principalId }: DropRequest,
  record: CommitRecord,
): Promise<Outcome<void>> {
  const { relation, warehouse, identifier } = target
  if (relation.protected)
    throw protectedError(`${relationTitles[relation.kind]} ${formatIdentifier(identifier)}`)
  const rowVersion = toRowVersion(target)
  const { retentionSeconds } = warehouse
  const path = joinLevels(identifier.namespace)
  const isDropped =
    retentionSeconds === 0 && !purge
      ? await deleteRelation(sql, rowVersion, record)
      : await dropRow(sql, { rowVersion, path, principalId, retentionSeconds, purge }, record)
  return isDropped ? done(undefined) : moved
}
