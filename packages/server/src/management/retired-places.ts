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
      .describe('retired: a table or view left the place; reservation: the reservation of a create ended.'),
    ownerId: id.describe('The id of the table, view or create that had the place.'),
    reason: z
      .enum(['files-or-credentials', 'reservation-ended', 'static-keys'])
      .describe(
        'Why the place is not free. static-keys: clients may hold the long-lived keys of vending mode static, which do not expire.',
      ),
    checkedAgainAt: instant
      .nullable()
      .describe('The server frees the place then, when it holds no files. Null: only a release frees it.'),
  })
  .meta({ id: 'RetiredPlace' })

const location = z.string().min(1).max(4_096)

/**
 * Returns the operations for places that relations left and for ended reservations: files or credentials may remain
 * there.
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
    summary: 'Lists places that tables and views left, and places of ended reservations.',
    params: warehouseParams,
    query: z.strictObject({
      location: location.optional().describe('Only places at and below it.'),
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
      'Frees the retired places at and below a location, although files or credentials may remain there. Deletes no file.',
    params: warehouseParams,
    query: z.strictObject({ location: location.describe('The root of the warehouse frees all below it.') }),
    response: {
      status: 200,
      schema: z.strictObject({ released: z.int().describe('Places.') }),
      description: 'New tables can use the places.',
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
