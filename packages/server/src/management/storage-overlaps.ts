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
        'Owner of the location. root: the root of a warehouse. allowed: an allowed location of a warehouse. relation: a table or view. staged: a staged table.',
      ),
    warehouse: z
      .string()
      .nullable()
      .describe(
        'Name of the warehouse. Null: the caller does not administer its storage; all members except kind are then null.',
      ),
    location: z.string().nullable(),
    ownerId: id
      .nullable()
      .describe('Id of the warehouse, table, view or staged table that owns the location.'),
    namespace: z.array(z.string()).nullable(),
    name: z.string().nullable(),
    dropped: z
      .boolean()
      .nullable()
      .describe('True: the table or view was dropped, and its files are not deleted yet.'),
  })
  .meta({ id: 'OverlappingClaim' })

const overlapView = z
  .strictObject({
    outer: claimView,
    inner: claimView.describe(
      'Owner of the inner location, which is equal to the location of outer or within it.',
    ),
  })
  .meta({ id: 'StorageOverlap' })

/**
 * Returns the operation that lists locations with two owners. Such locations were recorded by earlier versions, which
 * compared locations only as text and not as physical locations.
 */
export function storageOverlapOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const list = defineOperation({
    id: 'listStorageOverlaps',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/overlaps',
    subject: 'storage',
    summary:
      'Lists locations in the warehouse that overlap with the location of another table, view or warehouse.',
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
