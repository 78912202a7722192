import { z } from 'zod'
import { Stale } from '../catalog/stale.ts'
import { canonicalPrefix } from '../storage/location-relations.ts'
import { parseLocation } from '../storage/location.ts'
import { listRetired, releaseRetired } from '../store/retired-claims.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { asObject, warehouseOf, warehouseParams } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { readPage } from './paging.ts'
import { permit, ridersFor } from './permit.ts'
import { id, instant, instantOf, nextPageToken, pageParameters } from './schemas.ts'

const retiredView = z
  .strictObject({
    location: z.string(),
    kind: z
      .enum(['retired', 'reservation'])
      .describe('retired: a table or view left the place; reservation: the reservation of a create ended.'),
    ownerId: id.describe('The id of the table, view or create that had the place.'),
    checkedAgainAt: instant.describe('The server frees the place then, when it holds no files.'),
  })
  .meta({ id: 'RetiredPlace' })

const location = z.string().min(1).max(4_096)

/** Places that relations left and reservations that ended: files or credentials may remain there. */
export function retiredPlaceOperations(parts: LakeParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
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
    answer: {
      status: 200,
      schema: z.strictObject({ places: z.array(retiredView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      permit(call, asObject(warehouse), 'administer-storage')
      const { pageToken, pageSize } = query
      const below = query.location === undefined ? '' : canonicalOf(query.location)
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['retired-places', warehouse.id, below]), pageToken, pageSize },
        ([at, ownerId], limit) =>
          listRetired(sql, warehouse.id, {
            below,
            after: at === undefined || ownerId === undefined ? null : { location: at, ownerId },
            limit,
          }),
        (row) => [row.location, row.ownerId],
      )
      const places = rows.map(({ location, kind, ownerId, checkedAgainAt }) => ({
        location,
        kind: kind === 'staged' ? ('reservation' as const) : kind,
        ownerId,
        checkedAgainAt: instantOf(checkedAgainAt),
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
    answer: {
      status: 200,
      schema: z.strictObject({ released: z.int().describe('Places.') }),
      description: 'New tables can use the places.',
    },
    async run({ params, query }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      const decision = permit(call, asObject(warehouse), 'administer-storage')
      const below = canonicalOf(query.location)
      call.audit.detail = { location: below }
      const released = await releaseRetired(sql, warehouse.id, below, ridersFor(call, decision))
      if (released === null) throw new Stale()
      return { released }
    },
  })

  return [list, release]
}

function canonicalOf(text: string): string {
  return canonicalPrefix(parseLocation(text))
}
