import { shownIn } from '../access/decide.ts'
import { formatIdentifier } from '@headgate/iceberg/rest'
import { z } from 'zod'
import {
  type AbandonedCreate,
  clearAbandonedCreate,
  countFiles,
  listAbandonedCreates,
  findOutermostPrefixes,
} from '../catalog/orphans.ts'
import { warehouseChain } from '../catalog/warehouses.ts'
import { splitLevels } from '../namespace-path.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { toObject, requireManagedWarehouse, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { readPage } from './paging.ts'
import { permit, toCommitRecord } from './permit.ts'
import { id, instant, formatInstant, nextPageToken, pageParameters } from './schemas.ts'

const orphanView = z
  .strictObject({
    id,
    namespace: z.array(z.string()),
    name: z.string(),
    location: z.string(),
    prefixes: z.array(z.string()).describe('All locations that may contain files of the table.'),
    principalId: id.describe('Principal that staged the table.'),
    createdAt: instant,
    files: z.int().describe('Number of files in the locations of the table, counted up to 10 000.'),
    bytes: z.int(),
    more: z.boolean().describe('True: there are more files than were counted.'),
  })
  .meta({ id: 'AbandonedCreate' })

const age = {
  olderThanSeconds: z.coerce
    .number()
    .int()
    .min(3_600)
    .max(2_000_000_000)
    .default(7 * 86_400)
    .describe(
      'Minimum age of the abandoned creates in seconds. Default: one week. Minimum: one hour.',
    ) as z.ZodType<number>,
}

/** Time in ms for which one request deletes files. It is well below the time limit of requests. */
const clearForMs = 5_000

/** Returns the operations for tables whose staged create was never committed, and for the files of these tables. */
export function storageOrphanOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'storage'

  const list = defineOperation({
    id: 'listAbandonedCreates',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/orphans',
    subject,
    summary:
      'Lists abandoned creates (staged tables whose create was never committed) with their files. Deletes nothing.',
    params: warehouseParams,
    query: z.strictObject({ ...age, ...pageParameters }),
    response: {
      status: 200,
      schema: z.strictObject({ orphans: z.array(orphanView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      permit(call, toObject(warehouse))
      const { olderThanSeconds: seconds, pageToken, pageSize } = query
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        { list: JSON.stringify(['orphans', warehouse.id]), pageToken, pageSize },
        ([after = null], limit) => listAbandonedCreates(sql, warehouse.id, { seconds, after, limit }),
        (row) => [row.id],
        shownIn<AbandonedCreate>(call.policy, ({ path }) => ({
          ...warehouseChain(warehouse).names,
          namespace: splitLevels(path),
        })),
        call.signal,
      )
      const orphans = []
      for (const row of rows) {
        const { id, path, name, location, principalId, createdAt } = row
        const found = await countFiles(warehouse, row, call.signal)
        orphans.push({
          id,
          namespace: splitLevels(path),
          name,
          location,
          prefixes: findOutermostPrefixes(row),
          principalId,
          createdAt: formatInstant(createdAt),
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
    summary: 'Deletes an abandoned create (a staged table whose create was never committed) and its files.',
    params: warehouseParams.extend({ id }),
    query: z.strictObject(age),
    errors: {
      conflict: 'Its location, or a part of it, belongs to another table or view.',
    },
    response: {
      status: 200,
      schema: z.strictObject({
        deleted: z.int().describe('Files.'),
        done: z.boolean().describe('False: there are more files. Send the request again.'),
      }),
      description: 'The abandoned create and all of its files were deleted, or only a part of its files.',
    },
    async run({ params, query }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const decision = permit(call, toObject(warehouse))
      const { policyVersion } = decision
      const until = Date.now() + clearForMs
      const at = { id: params.id, seconds: query.olderThanSeconds, policyVersion, until }
      const record = (
        { path, name, location }: AbandonedCreate,
        deleted: number,
      ): ReturnType<typeof toCommitRecord> => {
        call.audit.detail = {
          name: formatIdentifier({ namespace: splitLevels(path), name }),
          location,
          deleted,
        }
        return toCommitRecord(call, decision)
      }
      const { deleted, done } = await clearAbandonedCreate(sql, warehouse, at, record, call.signal)
      return { deleted, done }
    },
  })

  return [list, clear]
}
