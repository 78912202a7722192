import { formatIdentifier } from '@headgate/iceberg/rest'
import { pathOf } from '../store/namespaces.ts'
import { deleteRelation, dropRelation } from '../store/relation-moves.ts'
import type { Riders } from '../store/riders.ts'
import { protectedError } from './existing.ts'
import type { CatalogParts } from './parts.ts'
import { Stale } from './stale.ts'
import { standingOf, type Target } from './target.ts'

export interface DropRequest {
  readonly target: Target
  readonly purge: boolean
  readonly principalId: string
}

/**
 * Drops a relation: its name is free at once. It can be restored, and its locations stay taken, until the
 * warehouse's retention ends; then its files are deleted if a purge was asked for, and stay otherwise. Without
 * retention a purge begins at once, and a drop without purge forgets the relation.
 */
export async function drop(
  parts: CatalogParts,
  { target, purge, principalId }: DropRequest,
  riders: Riders,
): Promise<void> {
  const { relation, warehouse, identifier } = target
  if (relation.protected)
    throw protectedError(`${relation.kind === 'table' ? 'Table' : 'View'} ${formatIdentifier(identifier)}`)
  const standing = standingOf(target)
  const { retentionSeconds } = warehouse
  const done =
    retentionSeconds === 0 && !purge
      ? await deleteRelation(parts.sql, standing, riders)
      : await dropRelation(
          parts.sql,
          { standing, path: pathOf(identifier.namespace), principalId, retentionSeconds, purge },
          riders,
        )
  if (!done) throw new Stale()
}

/** Forgets a relation at once and leaves its files to the caller: commits by old handles fail from now on. */
export async function unregister(parts: CatalogParts, target: Target, riders: Riders): Promise<void> {
  const { relation, identifier } = target
  if (relation.protected) throw protectedError(`Table ${formatIdentifier(identifier)}`)
  if (!(await deleteRelation(parts.sql, standingOf(target), riders))) throw new Stale()
}
