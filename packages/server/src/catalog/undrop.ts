import { HeadgateError } from '@headgate/errors'
import { namespaceChain, relationChain } from '../access/chain.ts'
import type { Chain } from '../privilege.ts'
import {
  type DroppedRelation,
  endRetention,
  findDropped,
  findDroppedByUuid,
  lockDropped,
  restoreDropped,
  startPurges,
} from '../store/dropped-relations.ts'
import { splitLevels } from '../namespace-path.ts'
import type { CommitRecord } from '../store/commit-record.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { lockPolicy } from '../store/policies.ts'
import { tryTransaction } from '../store/try-transaction.ts'
import { isViolation } from '../store/violation.ts'
import { done, moved, type Outcome } from './commit/outcome.ts'
import { missingNamespace, takenError } from './existing.ts'
import type { ResolvedName } from './target.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

export { type DroppedRelation, listDropped } from '../store/dropped-relations.ts'

/** A dropped relation with its privilege chain. */
export interface DroppedTarget {
  readonly row: DroppedRelation
  /** Privilege chain with the warehouse and those namespaces of the relation that still exist. */
  readonly chain: Chain
}

/** Returns a dropped relation, or null when the warehouse has no dropped relation with this id. */
export async function lookUpDropped(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  id: string,
): Promise<DroppedTarget | null> {
  return toDroppedTarget(warehouse, await findDropped(sql, warehouse.id, id))
}

/** Returns a dropped relation, or null when no dropped relation of the warehouse has this table or view uuid. */
export async function lookUpDroppedByUuid(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  uuid: string,
): Promise<DroppedTarget | null> {
  return toDroppedTarget(warehouse, await findDroppedByUuid(sql, warehouse.id, uuid))
}

function toDroppedTarget(
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  row: DroppedRelation | null,
): DroppedTarget | null {
  if (row === null) return null
  return { row, chain: droppedChain(warehouse, row) }
}

/**
 * Returns the privilege chain of a dropped relation. Only the namespaces that contained the relation give rights on it.
 * A newer namespace with the same path has another id and grants no rights.
 */
export function droppedChain(
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  { id, ownerId, kind, name, path, lineage, owners }: DroppedRelation,
): Chain {
  const above = namespaceChain({ lineage, owners }, warehouseChain(warehouse), splitLevels(path))
  return relationChain(above, id, ownerId, { kind, name })
}

export function missingDropped(id: string): HeadgateError {
  return new HeadgateError('no-such-object', `No dropped table or view has the id ${id}.`)
}

/**
 * Restores a dropped relation under its earlier name or another name. Its metadata, location and owner stay the same.
 *
 * @throws HeadgateError `already-exists` when the name is taken; `conflict` when the purge of the relation has begun;
 *   `no-such-object` when the relation was purged or restored meanwhile
 */
export async function restore(
  sql: Sql,
  { row }: DroppedTarget,
  { identifier, relation, namespaceId }: ResolvedName,
  record: CommitRecord,
): Promise<Outcome<void>> {
  if (relation !== null) throw takenError(row.kind, relation.kind, identifier)
  try {
    const isRestored = await tryTransaction(sql, async (tx) => {
      await lockForChange(tx, row.id)
      return (
        (await restoreDropped(tx, row.id, { namespaceId, name: identifier.name }, record)) &&
        (await lockPolicy(tx, record.policyVersion))
      )
    })
    return isRestored ? done(undefined) : moved
  } catch (error) {
    // Another request took the name after the name was looked up. The next attempt reads which relation has the name.
    if (isViolation(error, 'relation_name')) return moved
    if (isViolation(error, 'relation_namespace_id_fkey')) throw missingNamespace(identifier.namespace)
    throw error
  }
}

/**
 * Ends the retention of a dropped relation. Background jobs then delete its files, even if its drop did not request a
 * purge. The relation can no longer be restored.
 *
 * @throws HeadgateError of `restore`, except `already-exists`
 */
export async function purgeNow(
  sql: Sql,
  { row }: DroppedTarget,
  record: CommitRecord,
): Promise<Outcome<void>> {
  const isPurged = await tryTransaction(sql, async (tx) => {
    await lockForChange(tx, row.id)
    if (!(await endRetention(tx, row.id, record))) return false
    await startPurges(tx, [row.id])
    return await lockPolicy(tx, record.policyVersion)
  })
  return isPurged ? done(undefined) : moved
}

/**
 * Locks the row of a dropped relation whose purge has not begun.
 *
 * @throws HeadgateError `no-such-object`, `conflict`
 */
async function lockForChange(tx: Queryable, id: string): Promise<void> {
  switch (await lockDropped(tx, id)) {
    case 'dropped':
      return
    case 'gone':
      throw missingDropped(id)
    case 'purging':
      throw new HeadgateError(
        'conflict',
        `The purge of the dropped table or view ${id} has begun and may have deleted files, so it cannot be restored.`,
      )
  }
}
