import { HeadgateError } from '@headgate/errors'
import { checkNewName, formatIdentifier, formatNamespace } from '@headgate/iceberg/rest'
import { z } from 'zod'
import { visible } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { missingWarehouse } from '../catalog/existing.ts'
import { valueOrStale } from '../catalog/stale.ts'
import {
  type DroppedRelation,
  droppedChain,
  type DroppedTarget,
  listDropped,
  lookUpDropped,
  missingDropped,
  purgeNow,
  restore,
} from '../catalog/undrop.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { joinLevels, splitLevels } from '../namespace-path.ts'
import { isId } from '../directory/external-name.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  objectName,
  levels,
  missingOrHidden,
  requirePlace,
  requireManagedWarehouse,
  warehouseParams,
} from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { managedIn, manageFilter } from '../access/manage-filter.ts'
import { readPage } from './paging.ts'
import { permit, type Permitted, toCommitRecord } from './permit.ts'
import { id, instant, formatInstant, nextPageToken, pageParameters } from './schemas.ts'

interface DroppedView {
  readonly id: string
  readonly namespace: string[]
  readonly name: string
  readonly kind: 'table' | 'view' | 'lance-table'
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
      .describe(
        'The namespace from which the table or view was dropped. It may have been deleted, and another namespace may have its name.',
      ),
    name: z.string(),
    kind: z.enum(['table', 'view', 'lance-table']),
    uuid: id,
    location: z.string(),
    metadataLocation: z.string(),
    ownerId: id,
    droppedAt: instant,
    droppedBy: id.nullable(),
    expiresAt: instant.describe('Time until which the table or view can be restored.'),
    purge: z
      .boolean()
      .describe(
        'True: the files of the table or view are deleted when its retention ends. False: its files are kept.',
      ),
    purging: z
      .boolean()
      .describe('True: the files of the table or view are being deleted, so it cannot be restored any more.'),
  })
  .meta({ id: 'DroppedRelation' })

const destination = z
  .strictObject({
    namespace: levels
      .optional()
      .describe(
        'Namespace of the restored table or view. Default: the namespace from which it was dropped, if that still exists.',
      ),
    name: objectName.optional().describe('Name of the restored table or view. Default: its old name.'),
  })
  .meta({ id: 'RestoreRequest' })

const params = warehouseParams.extend({ id: id.describe('The id of the dropped table or view.') })

export function droppedOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps
  const subject = 'dropped'

  const list = defineOperation({
    id: 'listDropped',
    method: 'GET',
    path: '/management/v1/warehouses/:warehouse/dropped',
    subject,
    summary: 'Lists dropped tables and views that the caller manages and that are not deleted yet.',
    params: warehouseParams,
    query: z.strictObject({ namespace: levels.optional(), ...pageParameters }),
    lists: ['namespace'],
    response: {
      status: 200,
      schema: z.strictObject({ dropped: z.array(droppedView), nextPageToken }),
      description: 'One page.',
    },
    async run({ params, query }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      call.audit.privilege = 'manage'
      call.audit.object = warehouse.name
      const path = query.namespace === undefined ? null : joinLevels(query.namespace)
      const filter = manageFilter(call.policy, warehouseChain(warehouse))
      const { rows, nextPageToken } = await readPage(
        pageTokens,
        {
          list: JSON.stringify(['dropped', warehouse.id, path, call.identity.principal.id]),
          pageToken: query.pageToken,
          pageSize: query.pageSize,
        },
        (position, limit) =>
          listDropped(sql, warehouse.id, { path, after: parsePosition(position), ...filter, limit }),
        (row) => [row.path, row.name, row.id],
        managedIn<DroppedRelation>(call.policy, (row) => droppedChain(warehouse, row)),
        call.signal,
      )
      // A caller may manage dropped objects in a warehouse that it does not see; for other callers the warehouse does
      // not exist.
      if (rows.length === 0 && !visible(call.policy, warehouseChain(warehouse)))
        throw missingWarehouse(warehouse.name)
      return { dropped: rows.map(toView), nextPageToken }
    },
  })

  const undrop = defineOperation({
    id: 'restoreDropped',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/dropped/:id/restore',
    subject,
    summary: 'Restores a dropped table or view, by default under its old name in its old namespace.',
    params,
    body: destination,
    errors: {
      'already-exists': 'The namespace has a table or view with this name.',
      conflict: 'The purge of the table or view has begun, or the request must name the namespace.',
    },
    response: {
      status: 200,
      schema: z.strictObject({ id, namespace: z.array(z.string()), name: z.string() }),
      description: 'Namespace and name of the restored table or view.',
    },
    async run({ params, body }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { target, object } = await droppedIn(deps, call.policy, warehouse, params.id)
      const decision = permit(call, object)
      const { namespace = splitLevels(target.row.path), name = target.row.name } = body
      if (name !== target.row.name) checkNewName(name, 'name of a table or view')
      const place = await requirePlace(deps, call.policy, warehouse, namespace, name)
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
      valueOrStale(await restore(sql, target, place.found, toCommitRecord(call, decision)))
      return { id: target.row.id, namespace: [...namespace], name }
    },
  })

  const purge = defineOperation({
    id: 'purgeDropped',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/dropped/:id/purge',
    subject,
    summary:
      'Ends the retention of a dropped table or view: its files are deleted now, and it cannot be restored any more.',
    params,
    errors: {
      conflict: 'The purge of the table or view has begun.',
    },
    response: { status: 204, description: 'The deletion of the files of the table or view has begun.' },
    async run({ params }, call) {
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { target, object } = await droppedIn(deps, call.policy, warehouse, params.id)
      const decision = permit(call, object)
      valueOrStale(await purgeNow(sql, target, toCommitRecord(call, decision)))
      deps.wakeJobs()
    },
  })

  return [list, undrop, purge]
}

/**
 * Returns the error for a restore without a namespace when another namespace has the former path. The caller must name
 * the namespace.
 */
function otherNamespace({ row }: DroppedTarget, name: string): HeadgateError {
  const namespace = splitLevels(row.path)
  const shown = formatIdentifier({ namespace, name })
  return new HeadgateError(
    'conflict',
    `It is not certain that this ${row.kind} was dropped from the current namespace ${formatNamespace(namespace)}, because an earlier namespace may have had the same path. Name the namespace to restore it into (--as ${shown}, or the member "namespace" of the request).`,
  )
}

async function droppedIn(
  deps: WarehouseApiDeps,
  policy: Policy,
  warehouse: Warehouse,
  id: string,
): Promise<{ target: DroppedTarget; object: Permitted }> {
  const target = await lookUpDropped(deps.sql, warehouse, id)
  const missing = (): HeadgateError => missingOrHidden(policy, warehouse, missingDropped(id))
  if (target === null) throw missing()
  const name = `${warehouse.name}:${formatIdentifier({ namespace: splitLevels(target.row.path), name: target.row.name })}`
  return {
    target,
    object: { kind: 'relation', id, name, chain: target.chain, missing },
  }
}

function parsePosition([path, name, id]: readonly string[]): {
  path: string
  name: string
  id: string
} | null {
  return path === undefined || name === undefined || id === undefined || !isId(id) ? null : { path, name, id }
}

function toView(row: DroppedRelation): DroppedView {
  const { id, name, kind, uuid, location, metadataLocation, ownerId, droppedBy, purge, purging } = row
  return {
    id,
    namespace: splitLevels(row.path),
    name,
    kind,
    uuid,
    location,
    metadataLocation,
    ownerId,
    droppedAt: formatInstant(row.droppedAt),
    droppedBy,
    expiresAt: formatInstant(row.expiresAt),
    purge,
    purging,
  }
}
