import { z } from 'zod'
import { listStorageOverlaps } from '../catalog/overlaps.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { toObject, requireManagedWarehouse, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { readPage } from './paging.ts'
import { permit } from './permit.ts'
import { id, nextPageToken, pageParameters } from './schemas.ts'

const claimView = z
  .strictObject({
    kind: z
      .enum(['root', 'allowed', 'relation', 'staged'])
      .describe(
        'root and allowed: a place of the warehouse itself; relation: a table or view; staged: a create in progress.',
      ),
    warehouse: z
      .string()
      .nullable()
      .describe(
        'Null: a warehouse whose storage the caller does not administer; all members but kind are null then.',
      ),
    location: z.string().nullable(),
    ownerId: id.nullable().describe('The id of the warehouse, table, view or create.'),
    namespace: z.array(z.string()).nullable(),
    name: z.string().nullable(),
    dropped: z.boolean().nullable().describe('The table or view is dropped and not purged yet.'),
  })
  .meta({ id: 'OverlappingClaim' })

const overlapView = z
  .strictObject({
    outer: claimView,
    inner: claimView.describe('Its place is equal to that of outer or within it.'),
  })
  .meta({ id: 'StorageOverlap' })

/**
 * Returns the operation that lists places with two owners, which exist from the time before locations were compared as
 * physical places.
 */
export function storageOverlapOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const list = defineOperation({
    id: 'listStorageOverlaps',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/overlaps',
    subject: 'storage',
    summary: 'Lists places of the warehouse that overlap with those of another table, view or warehouse.',
    params: warehouseParams,
    query: z.strictObject(pageParameters),
    response: {
      status: 200,
      schema: z.strictObject({ overlaps: z.array(overlapView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query: { pageToken, pageSize } }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      permit(call, toObject(warehouse), 'administer-storage')
      const { rows, nextPageToken } = await readPage(
        deps.pageTokens,
        { list: JSON.stringify(['overlaps', warehouse.id]), pageToken, pageSize },
        (after, limit) => listStorageOverlaps(deps.sql, warehouse, call.policy, { after, limit }),
        ({ position }) => position,
      )
      return { overlaps: rows.map(({ outer, inner }) => ({ outer, inner })), nextPageToken }
    },
  })
  return [list]
}
