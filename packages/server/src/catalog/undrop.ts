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
  /** Contains the namespaces that the relation was in, by id, as far as they exist, and the warehouse. */
  readonly chain: Chain
}

/** Returns null when the warehouse has no dropped relation with this id. */
export async function lookUpDropped(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  id: string,
): Promise<DroppedTarget | null> {
  return toDroppedTarget(warehouse, await findDropped(sql, warehouse.id, id))
}

/** Returns null when no dropped relation of the warehouse has this table or view uuid. */
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
 * Returns the privilege chain of a dropped relation. Only its former namespaces grant rights on it, by their ids; a newer
 * namespace with the same path does not.
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
 * Gives a dropped relation a name again, its earlier one or another. Its metadata, location and owner do not change.
 *
 * @throws HeadgateError `already-exists` when the name is taken, `conflict` when its files are being deleted,
 *   `no-such-object` when it was purged or restored since
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
      await holdDropped(tx, row.id)
      return (
        (await restoreDropped(tx, row.id, { namespaceId, name: identifier.name }, record)) &&
        (await lockPolicy(tx, record.policyVersion))
      )
    })
    return isRestored ? done(undefined) : moved
  } catch (error) {
    // The name was taken after it was read: the next attempt reads which relation has it.
    if (isViolation(error, 'relation_name')) return moved
    if (isViolation(error, 'relation_namespace_id_fkey')) throw missingNamespace(identifier.namespace)
    throw error
  }
}

/**
 * Ends the retention of a dropped relation, whether or not a purge was requested: the background jobs delete its files, and
 * it cannot be restored.
 *
 * @throws HeadgateError of `restore`, except `already-exists`
 */
export async function purgeNow(
  sql: Sql,
  { row }: DroppedTarget,
  record: CommitRecord,
): Promise<Outcome<void>> {
  const isPurged = await tryTransaction(sql, async (tx) => {
    await holdDropped(tx, row.id)
    if (!(await endRetention(tx, row.id, record))) return false
    await startPurges(tx, [row.id])
    return await lockPolicy(tx, record.policyVersion)
  })
  return isPurged ? done(undefined) : moved
}

async function holdDropped(tx: Queryable, id: string): Promise<void> {
  switch (await lockDropped(tx, id)) {
    case 'dropped':
      return
    case 'gone':
      throw missingDropped(id)
    case 'purging':
      throw new HeadgateError(
        'conflict',
        'Its purge has begun and may have deleted files, so it cannot be restored.',
      )
  }
}
