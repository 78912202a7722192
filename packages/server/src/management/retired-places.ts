import { z } from 'zod'
import { listRetiredPlaces, releaseRetiredPlaces } from '../catalog/retired-places.ts'
import { canonicalPrefix, parseLocation } from '@headgate/storage'
import { defineOperation, type ManagementOperation } from './define.ts'
import { toObject, requireManagedWarehouse, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { readPage } from './paging.ts'
import { permit, toCommitRecord } from './permit.ts'
import { id, instant, formatInstant, nextPageToken, pageParameters } from './schemas.ts'

const retiredView = z
  .strictObject({
    location: z.string(),
    kind: z
      .enum(['retired', 'reservation'])
      .describe(
        'retired: a table or view left the location. reservation: the reservation of a staged table ended.',
      ),
    ownerId: id.describe('Id of the table, view or staged table that had the location.'),
    reason: z
      .enum(['files-or-credentials', 'reservation-ended', 'static-keys'])
      .describe(
        'Reason why new tables cannot use the location. static-keys: clients may have the long-lived keys of vending mode static, which do not expire.',
      ),
    checkedAgainAt: instant
      .nullable()
      .describe(
        'Time of the next check. The server then releases the location if it contains no files. Null: only releaseRetiredPlaces releases it.',
      ),
  })
  .meta({ id: 'RetiredPlace' })

const location = z.string().min(1).max(4_096)

/**
 * Returns the operations for retired locations, which a table, a view or an ended reservation left. New tables cannot
 * use such locations yet, because files or valid credentials may remain.
 */
export function retiredPlaceOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'storage'
  const path = '/management/v1/warehouses/:warehouse/retired-places'

  const list = defineOperation({
    id: 'listRetiredPlaces',
    method: 'GET',
    path,
    subject,
    summary: 'Lists retired locations: locations that tables, views and ended reservations left.',
    params: warehouseParams,
    query: z.strictObject({
      location: location.optional().describe('Lists only retired locations at and below this location.'),
      ...pageParameters,
    }),
    response: {
      status: 200,
      schema: z.strictObject({ places: z.array(retiredView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      permit(call, toObject(warehouse), 'administer-storage')
      const { pageToken, pageSize } = query
      const below = query.location === undefined ? '' : toCanonical(query.location)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['retired-places', warehouse.id, below]), pageToken, pageSize },
        ([at, ownerId], limit) =>
          listRetiredPlaces(sql, warehouse, {
            below,
            after: at === undefined || ownerId === undefined ? null : { location: at, ownerId },
            limit,
          }),
        (row) => [row.location, row.ownerId],
      )
      const places = rows.map(({ checkedAgainAt, ...place }) => ({
        ...place,
        checkedAgainAt: checkedAgainAt === null ? null : formatInstant(checkedAgainAt),
      }))
      return { places, nextPageToken }
    },
  })

  const release = defineOperation({
    id: 'releaseRetiredPlaces',
    method: 'DELETE',
    path,
    subject,
    summary:
      'Releases the retired locations at and below a location, so that new tables can use them, although files or credentials may remain. Deletes no file.',
    params: warehouseParams,
    query: z.strictObject({
      location: location.describe(
        'Location whose retired locations are released. The root of the warehouse includes all locations below it.',
      ),
    }),
    response: {
      status: 200,
      schema: z.strictObject({ released: z.int().describe('Places.') }),
      description: 'New tables can use the released locations.',
    },
    async run({ params, query }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const decision = permit(call, toObject(warehouse), 'administer-storage')
      const below = toCanonical(query.location)
      call.audit.detail = { location: below }
      const record = toCommitRecord(call, decision)
      const released = await releaseRetiredPlaces(sql, warehouse, below, record)
      return { released }
    },
  })

  return [list, release]
}

function toCanonical(text: string): string {
  return canonicalPrefix(parseLocation(text))
}
