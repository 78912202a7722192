import { HeadgateError } from '@headgate/errors'
import type { BatchDeleteTableVersionsRequest } from '@headgate/lance/model'
import { type BatchResult, commitBatch } from '../catalog/lance/commit-batch.ts'
import type { BatchOperation } from '../catalog/lance/plan-batch.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { newTarget } from '../credentials/storage-target.ts'
import type { Call } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { type StorageOptions, storageOptionsBeforeCreate } from './storage-options.ts'

/** Maximum number of operations of a batch, and of ranges of a deletion. */
const maxOperations = 100

/** Result of an operation of a batch. A declared table has storage options. */
export type ServedResult = BatchResult<{ readonly options: StorageOptions }>

/** Commits a batch, and issues storage options for the tables that it declares. */
export async function runBatch(
  deps: LanceDeps,
  call: Call,
  warehouse: Warehouse,
  operations: readonly BatchOperation[],
): Promise<readonly ServedResult[]> {
  checkCount(operations.length, 'operations')
  return await commitBatch(deps, call, warehouse, operations, async (operation, table) => {
    const { id, location, name, ownerId, rights } = table
    const target = newTarget(name, { id, staged: false, locations: [location] }, ownerId)
    const accessed = { warehouse, identifier: operation.ref.identifier, target, location }
    const vends = operation.type === 'declare' ? operation.vends : false
    return { options: await storageOptionsBeforeCreate(deps, call, accessed, vends, rights) }
  })
}

/** Decodes a deletion of versions. */
export function toDeletion(
  ref: RelationRef,
  { branch, ranges }: BatchDeleteTableVersionsRequest,
): BatchOperation {
  checkCount(ranges.length, 'ranges')
  return {
    type: 'delete-versions',
    ref,
    branch: branch ?? null,
    ranges: ranges.map(({ start_version: start, end_version: end }) => ({ start, end })),
  }
}

function checkCount(count: number, what: string): void {
  if (count <= maxOperations) return
  throw new HeadgateError(
    'bad-request',
    `A request contains at most ${maxOperations} ${what}. Send several requests.`,
  )
}
