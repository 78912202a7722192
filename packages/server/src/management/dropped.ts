import { HeadgateError } from '@headgate/errors'
import { checkNewName, formatIdentifier, formatNamespace } from '@headgate/iceberg/rest'
import { z } from 'zod'
import { visible } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import {
  droppedChain,
  type DroppedTarget,
  lookUpDropped,
  missingDropped,
  purgeNow,
  restore,
} from '../catalog/undrop.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { type DroppedRelation, listDropped } from '../store/dropped-relations.ts'
import { levelsOf, pathOf } from '../store/namespaces.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  lakeName,
  levels,
  missingIn,
  missingWarehouse,
  placeIn,
  warehouseOf,
  warehouseParams,
} from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { managedIn, manageFilter } from './manage-filter.ts'
import { readPage } from './paging.ts'
import { permit, type Permitted, ridersFor } from './permit.ts'
import { id, instant, instantOf, isId, nextPageToken, pageParameters } from './schemas.ts'

interface DroppedView {
  readonly id: string
  readonly namespace: string[]
  readonly name: string
  readonly kind: 'table' | 'view'
  readonly uuid: string
  readonly location: string
  readonly metadataLocation: string
  readonly ownerId: string
  readonly droppedAt: string
  readonly droppedBy: string | null
  readonly expiresAt: string
  readonly purge: boolean
  readonly purging: boolean
}

const droppedView: z.ZodType<DroppedView> = z
  .strictObject({
    id,
    namespace: z
      .array(z.string())
      .describe('The namespace it was in. It may be deleted, and another one may have its name.'),
    name: z.string(),
    kind: z.enum(['table', 'view']),
    uuid: id,
    location: z.string(),
    metadataLocation: z.string(),
    ownerId: id,
    droppedAt: instant,
    droppedBy: id.nullable(),
    expiresAt: instant.describe('Until then it can be restored.'),
    purge: z.boolean().describe('Whether its files are deleted then; else they stay.'),
    purging: z.boolean().describe('Its files are being deleted: it cannot be restored any more.'),
  })
  .meta({ id: 'DroppedRelation' })

const destination = z
  .strictObject({
    namespace: levels
      .optional()
      .describe(
        'The namespace to restore it into. Default: the one it was dropped from, if that still exists.',
      ),
    name: lakeName.optional().describe('Default: its old name.'),
  })
  .meta({ id: 'RestoreRequest' })

const params = warehouseParams.extend({ id: id.describe('The id of the dropped table or view.') })

export function droppedOperations(parts: LakeParts): readonly ManagementOperation[] {
  const { sql, pageTokens } = parts
  const subject = 'dropped'

  const list = defineOperation({
    id: 'listDropped',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/dropped',
    subject,
    summary: 'Lists dropped tables and views that the caller manages and that are still there.',
    params: warehouseParams,
    query: z.strictObject({ namespace: levels.optional(), ...pageParameters }),
    lists: ['namespace'],
    answer: {
      status: 200,
      schema: z.strictObject({ dropped: z.array(droppedView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      call.audit.privilege = 'manage'
      call.audit.object = warehouse.name
      const path = query.namespace === undefined ? null : pathOf(query.namespace)
      const filter = manageFilter(call.policy, warehouseChain(warehouse))
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        {
          list: JSON.stringify(['dropped', warehouse.id, path, call.identity.principal.id]),
          pageToken: query.pageToken,
          pageSize: query.pageSize,
        },
        (position, limit) =>
          listDropped(sql, warehouse.id, { path, after: positionOf(position), ...filter, limit }),
        (row) => [row.path, row.name, row.id],
        managedIn<DroppedRelation>(call.policy, (row) => droppedChain(warehouse, row)),
        call.signal,
      )
      // Somebody may manage what was dropped in a warehouse that they do not see; to all others there is none.
      if (rows.length === 0 && !visible(call.policy, warehouseChain(warehouse)))
        throw missingWarehouse(warehouse.name)
      return { dropped: rows.map(viewOf), nextPageToken }
    },
  })

  const undrop = defineOperation({
    id: 'restoreDropped',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/dropped/:id/restore',
    subject,
    summary: 'Gives a dropped table or view a name again: its old one in its old namespace, or another.',
    params,
    body: destination,
    answer: {
      status: 200,
      schema: z.strictObject({ id, namespace: z.array(z.string()), name: z.string() }),
      description: 'Where it is now.',
    },
    async run({ params, body }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      const { target, object } = await droppedIn(parts, call.policy, warehouse, params.id)
      const decision = permit(call, object)
      const { namespace = levelsOf(target.row.path), name = target.row.name } = body
      if (name !== target.row.name) checkNewName(name, 'name of a table or view')
      const place = await placeIn(parts, call.policy, warehouse, namespace, name)
      if (body.namespace === undefined && place.found.namespaceId !== target.row.namespaceId)
        throw otherNamespace(target, name)
      permit(call, place.object, 'create')
      const restoredAs = formatIdentifier({ namespace, name })
      Object.assign(call.audit, {
        object: object.name,
        privilege: 'manage',
        securable: { kind: 'relation', id: target.row.id },
        detail: { restoredAs },
      })
      await restore(sql, target, place.found, ridersFor(call, decision))
      return { id: target.row.id, namespace: [...namespace], name }
    },
  })

  const purge = defineOperation({
    id: 'purgeDropped',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/dropped/:id/purge',
    subject,
    summary:
      'Ends the retention of a dropped table or view: its files are deleted now. It cannot be restored any more.',
    params,
    answer: { status: 204, description: 'Its purge has begun.' },
    async run({ params }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      const { target, object } = await droppedIn(parts, call.policy, warehouse, params.id)
      const decision = permit(call, object)
      await purgeNow(sql, target, ridersFor(call, decision))
      parts.wakeJobs()
    },
  })

  return [list, undrop, purge]
}

/** A namespace that was created with the path of the former one belongs to others: the caller must choose it. */
function otherNamespace({ row }: DroppedTarget, name: string): HeadgateError {
  const namespace = levelsOf(row.path)
  const shown = formatIdentifier({ namespace, name })
  return new HeadgateError(
    'conflict',
    `Namespace ${formatNamespace(namespace)} is not known to be the one that this ${row.kind} was dropped from. Name the namespace to restore it into (--as ${shown}, or the member "namespace" of the request).`,
  )
}

async function droppedIn(
  parts: LakeParts,
  policy: Policy,
  warehouse: Warehouse,
  id: string,
): Promise<{ target: DroppedTarget; object: Permitted }> {
  const target = await lookUpDropped(parts.sql, warehouse, id)
  const missing = (): HeadgateError => missingIn(policy, warehouse, missingDropped(id))
  if (target === null) throw missing()
  const name = `${warehouse.name}:${formatIdentifier({ namespace: levelsOf(target.row.path), name: target.row.name })}`
  return {
    target,
    object: { kind: 'relation', id, name, chain: target.chain, missing },
  }
}

function positionOf([path, name, id]: readonly string[]): { path: string; name: string; id: string } | null {
  return path === undefined || name === undefined || id === undefined || !isId(id) ? null : { path, name, id }
}

function viewOf(row: DroppedRelation): DroppedView {
  const { id, name, kind, uuid, location, metadataLocation, ownerId, droppedBy, purge, purging } = row
  return {
    id,
    namespace: levelsOf(row.path),
    name,
    kind,
    uuid,
    location,
    metadataLocation,
    ownerId,
    droppedAt: instantOf(row.droppedAt),
    droppedBy,
    expiresAt: instantOf(row.expiresAt),
    purge,
    purging,
  }
}
