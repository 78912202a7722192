import { HeadgateError } from '@headgate/errors'
import { namespaceChain, relationChain } from '../access/chain.ts'
import type { Chain } from '../access/privilege.ts'
import {
  type DroppedRelation,
  endRetention,
  findDropped,
  findDroppedByUuid,
  lockDropped,
  restoreDropped,
  startPurges,
} from '../store/dropped-relations.ts'
import { levelsOf } from '../store/namespaces.ts'
import type { Riders } from '../store/riders.ts'
import type { Queryable, Sql } from '../store/sql.ts'
import { isViolation } from '../store/violation.ts'
import { confirmPolicy } from './confirm-policy.ts'
import { missingNamespace, takenError } from './existing.ts'
import { Stale } from './stale.ts'
import type { Place } from './target.ts'
import { type Warehouse, warehouseChain } from './warehouses.ts'

/** A dropped relation that was found. */
export interface DroppedTarget {
  readonly row: DroppedRelation
  /** Through those of the namespaces it was in that still exist, by their ids; else straight to the warehouse. */
  readonly chain: Chain
}

/** Null when there is no dropped relation of this id in the warehouse. */
export async function lookUpDropped(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  id: string,
): Promise<DroppedTarget | null> {
  return targetOf(warehouse, await findDropped(sql, warehouse.id, id))
}

/** Null when no dropped relation of the warehouse has this table or view uuid. */
export async function lookUpDroppedByUuid(
  sql: Sql,
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  uuid: string,
): Promise<DroppedTarget | null> {
  return targetOf(warehouse, await findDroppedByUuid(sql, warehouse.id, uuid))
}

function targetOf(
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  row: DroppedRelation | null,
): DroppedTarget | null {
  if (row === null) return null
  return { row, chain: droppedChain(warehouse, row) }
}

/**
 * Returns the chain of a dropped relation for decisions. Only the namespaces that it was in grant rights on it: another
 * namespace of the same path does not.
 */
export function droppedChain(
  warehouse: Pick<Warehouse, 'id' | 'ownerId' | 'name'>,
  { id, ownerId, kind, name, path, lineage, owners }: DroppedRelation,
): Chain {
  const above = namespaceChain({ lineage, owners }, warehouseChain(warehouse), levelsOf(path))
  return relationChain(above, id, ownerId, { kind, name })
}

export function missingDropped(id: string): HeadgateError {
  return new HeadgateError('no-such-object', `There is no dropped table or view with the id ${id}.`)
}

/**
 * Gives a dropped relation a name again, its old one or another; metadata, location and owner are as they were.
 *
 * @throws HeadgateError `already-exists` when the name is taken, `conflict` when its files are being deleted,
 *   `no-such-object` when it was forgotten or restored meanwhile
 * @throws Stale when something moved since it was looked at
 */
export async function restore(
  sql: Sql,
  { row }: DroppedTarget,
  destination: Place,
  riders: Riders,
): Promise<void> {
  const { identifier, relation, namespaceId } = destination
  if (relation !== null) throw takenError(row.kind, relation.kind, identifier)
  try {
    await sql.transaction(async (tx) => {
      await holdDropped(tx, row.id)
      if (!(await restoreDropped(tx, row.id, { namespaceId, name: identifier.name }, riders)))
        throw new Stale()
      await confirmPolicy(tx, riders)
    })
  } catch (error) {
    // Taken meanwhile: the next look says by what.
    if (isViolation(error, 'relation_name')) throw new Stale()
    if (isViolation(error, 'relation_namespace_id_fkey')) throw missingNamespace(identifier.namespace)
    throw error
  }
}

/**
 * Ends the retention of a dropped relation, whether or not a purge had been asked for: its files are deleted as soon as
 * the background jobs come to it, and it cannot be restored any more.
 */
export async function purgeNow(sql: Sql, { row }: DroppedTarget, riders: Riders): Promise<void> {
  await sql.transaction(async (tx) => {
    await holdDropped(tx, row.id)
    if (!(await endRetention(tx, row.id, riders))) throw new Stale()
    await startPurges(tx, [row.id])
    await confirmPolicy(tx, riders)
  })
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
        'Its purge has begun: files of it may be gone already, so it cannot be restored any more.',
      )
  }
}
