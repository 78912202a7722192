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

/** Dropped relation with its privilege chain. */
export interface DroppedTarget {
  readonly row: DroppedRelation
  /** Privilege chain: the relation, those of its former namespaces that still exist, and the warehouse. */
  readonly chain: Chain
}

/** Returns the dropped relation with an id. Returns null when the warehouse has no such dropped relation. */
export async function lookUpDropped(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  id: string,
): Promise<DroppedTarget | null> {
  return toDroppedTarget(warehouse, await findDropped(sql, warehouse.id, id))
}

/**
 * Returns the dropped relation with a table or view UUID. Returns null when the warehouse has no such dropped
 * relation.
 */
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
 * Returns the privilege chain of a dropped relation. It contains only the namespaces that contained the
 * relation, by their ids. A later namespace with the same path grants no rights on the relation.
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
 * Restores a dropped relation under its former name or another name. Its metadata, location and owner do not
 * change.
 *
 * @throws HeadgateError `already-exists` when the name is in use; `conflict` when the purge of the relation
 *   has begun; `no-such-object` when the relation was purged or restored in the meantime
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
    // Another request took the name after it was looked up. The next attempt finds the relation that has the
    // name.
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
 * Locks the row of a dropped relation until the transaction ends, and checks that its purge has not begun.
 *
 * @throws HeadgateError `no-such-object` when the relation was purged or restored, `conflict` when its purge
 *   has begun
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
