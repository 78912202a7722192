import { z } from 'zod'
import { administersStorage } from '../access/administers-storage.ts'
import { shownIn } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import type { ObjectNames } from '../access/privilege.ts'
import { warehouseChain } from '../catalog/warehouses.ts'
import {
  type ClaimOverlap,
  listOverlaps,
  type OverlappingClaim,
  type OverlapPosition,
  positionOf,
} from '../store/claim-overlaps.ts'
import { levelsOf } from '../store/namespaces.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { asObject, warehouseOf, warehouseParams } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
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
    inner: claimView.describe('Its place is that of outer, or lies in it.'),
  })
  .meta({ id: 'StorageOverlap' })

/** Places with two owners, from before locations were compared as physical places. */
export function storageOverlapOperations(parts: LakeParts): readonly ManagementOperation[] {
  const list = defineOperation({
    id: 'listStorageOverlaps',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/overlaps',
    subject: 'storage',
    summary: 'Lists places of the warehouse that overlap with those of another table, view or warehouse.',
    params: warehouseParams,
    query: z.strictObject(pageParameters),
    answer: {
      status: 200,
      schema: z.strictObject({ overlaps: z.array(overlapView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query: { pageToken, pageSize } }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      permit(call, asObject(warehouse), 'administer-storage')
      const { rows, nextPageToken } = await readPage<ClaimOverlap>(
        parts.pageTokens,
        { list: JSON.stringify(['overlaps', warehouse.id]), pageToken, pageSize },
        (position, limit) => listOverlaps(parts.sql, warehouse.id, { after: parsePosition(position), limit }),
        positionOf,
      )
      const overlaps = rows.map(({ outer, inner }) => ({
        outer: viewOf(call.policy, outer),
        inner: viewOf(call.policy, inner),
      }))
      return { overlaps, nextPageToken }
    },
  })
  return [list]
}

function parsePosition(position: readonly string[]): OverlapPosition | null {
  const [a, b, c, d, e, f] = position
  if (a === undefined || b === undefined || c === undefined) return null
  return d === undefined || e === undefined || f === undefined ? null : [a, b, c, d, e, f]
}

function viewOf(policy: Policy, claim: OverlappingClaim): z.input<typeof claimView> {
  const { kind, warehouse, location, ownerId, path, name, relationKind, dropped } = claim
  const hidden = {
    warehouse: null,
    location: null,
    ownerId: null,
    namespace: null,
    name: null,
    dropped: null,
  }
  const chain = warehouseChain({ id: claim.warehouseId, ownerId: claim.warehouseOwnerId, name: warehouse })
  if (!administersStorage(policy, chain)) return { kind, ...hidden }
  const namespace = path === null ? null : levelsOf(path)
  const names: ObjectNames = {
    warehouse,
    namespace,
    relation: name === null ? null : { kind: relationKind ?? 'table', name },
  }
  const areNamesShown = shownIn<ObjectNames>(policy, (row) => row)?.(names) ?? true
  return {
    kind,
    warehouse,
    location,
    ownerId,
    ...(areNamesShown ? { namespace, name } : { namespace: null, name: null }),
    dropped,
  }
}
