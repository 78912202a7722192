import { shownIn } from '../access/decide.ts'
import { formatIdentifier } from '@headgate/iceberg/rest'
import { z } from 'zod'
import { clearAbandonedCreate, countFiles, placesOf } from '../catalog/orphans.ts'
import { warehouseChain } from '../catalog/warehouses.ts'
import { levelsOf } from '../store/namespaces.ts'
import { type AbandonedCreate, listAbandonedCreates } from '../store/orphans.ts'
import { type Riders, writeRiders } from '../store/riders.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { asObject, warehouseOf, warehouseParams } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { readPage } from './paging.ts'
import { permit, ridersFor } from './permit.ts'
import { id, instant, instantOf, nextPageToken, pageParameters } from './schemas.ts'

const orphanView = z
  .strictObject({
    id,
    namespace: z.array(z.string()),
    name: z.string(),
    location: z.string(),
    prefixes: z.array(z.string()).describe('Everywhere that its files may lie.'),
    principalId: id.describe('Who began to create it.'),
    createdAt: instant,
    files: z.int().describe('Files there, up to 10 000.'),
    bytes: z.int(),
    more: z.boolean().describe('There are more files than were counted.'),
  })
  .meta({ id: 'AbandonedCreate' })

const age = {
  olderThanSeconds: z.coerce
    .number()
    .int()
    .min(3_600)
    .max(2_000_000_000)
    .default(7 * 86_400)
    .describe('Begun longer ago than this; a week unless told, an hour at least.') as z.ZodType<number>,
}

/** How long one request deletes, in ms: well below the time that requests have. */
const clearForMs = 5_000

/** Tables that somebody began to create (staged) and never finished, and the files written for them. */
export function storageOrphanOperations(parts: LakeParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
  const subject = 'storage'

  const list = defineOperation({
    id: 'listAbandonedCreates',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/orphans',
    subject,
    summary:
      'Lists creates that were begun and never finished, with the files that lie there. Nothing is deleted.',
    params: warehouseParams,
    query: z.strictObject({ ...age, ...pageParameters }),
    answer: {
      status: 200,
      schema: z.strictObject({ orphans: z.array(orphanView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      permit(call, asObject(warehouse))
      const { olderThanSeconds: seconds, pageToken, pageSize } = query
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['orphans', warehouse.id]), pageToken, pageSize },
        ([after = null], limit) => listAbandonedCreates(sql, warehouse.id, { seconds, after, limit }),
        (row) => [row.id],
        shownIn<AbandonedCreate>(call.policy, ({ path }) => ({
          ...warehouseChain(warehouse).names,
          namespace: levelsOf(path),
        })),
        call.signal,
      )
      const orphans = []
      for (const row of rows) {
        const { id, path, name, location, principalId, createdAt } = row
        const found = await countFiles(warehouse, row, call.signal)
        orphans.push({
          id,
          namespace: levelsOf(path),
          name,
          location,
          prefixes: placesOf(row),
          principalId,
          createdAt: instantOf(createdAt),
          ...found,
        })
      }
      return { orphans, nextPageToken }
    },
  })

  const clear = defineOperation({
    id: 'clearAbandonedCreate',
    method: 'DELETE',
    path: '/management/v1/warehouses/:warehouse/orphans/:id',
    subject,
    summary: 'Deletes the files of a create that was never finished, and forgets it.',
    params: warehouseParams.extend({ id }),
    query: z.strictObject(age),
    answer: {
      status: 200,
      schema: z.strictObject({
        deleted: z.int().describe('Files.'),
        done: z.boolean().describe('False: there are more files; send it again.'),
      }),
      description: 'It is gone, or a part of its files is.',
    },
    async run({ params, query }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      const decision = permit(call, asObject(warehouse))
      const at = { id: params.id, seconds: query.olderThanSeconds, until: Date.now() + clearForMs }
      const riders = ({ path, name, location }: AbandonedCreate, deleted: number): Riders => {
        call.audit.detail = { name: formatIdentifier({ namespace: levelsOf(path), name }), location, deleted }
        return ridersFor(call, decision)
      }
      const { create, deleted, done } = await clearAbandonedCreate(sql, warehouse, at, riders, call.signal)
      if (!done) await writeRiders(sql, riders(create, deleted))
      return { deleted, done }
    },
  })

  return [list, clear]
}
