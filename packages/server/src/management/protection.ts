import { z } from 'zod'
import { updateWarehouse } from '../catalog/change-warehouse.ts'
import { protectNamespace, protectRelation } from '../catalog/protect.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { requireWarehouse } from '../catalog/warehouses.ts'
import { parseVendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../operation/operation.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  toObject,
  objectName,
  levels,
  requireNamespace,
  requireRelation,
  requireManagedWarehouse,
  warehouseParams,
} from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { permit, toCommitRecord } from './permit.ts'
import { changedView } from './role-members.ts'

const body = z
  .strictObject({
    namespace: levels.optional(),
    relation: objectName.optional().describe('The name of a table or view.'),
    protected: z.boolean(),
  })
  .refine(
    ({ namespace, relation }) => relation === undefined || namespace !== undefined,
    'relation requires namespace',
  )
  .meta({ id: 'Protection' })

/** Returns the operation that protects objects against being dropped, purged or deleted. */
export function protectionOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  async function protectWarehouse(call: Call, name: string, wanted: boolean): Promise<boolean> {
    const row = await requireWarehouse(deps.sql, name)
    const decision = permit(call, toObject(row))
    if (row.protected === wanted) return false
    const { allowedLocations, defaults, overrides, retentionSeconds } = row
    const vending = parseVendingProfile(row.vending)
    const settings = { allowedLocations, defaults, overrides, vending, retentionSeconds, protected: wanted }
    await updateWarehouse(
      deps,
      row,
      { profile: openProfile(deps.master, row), settings },
      toCommitRecord(call, decision),
    )
    deps.warehouses.forget()
    return true
  }

  async function protectInside(
    call: Call,
    name: string,
    request: z.output<typeof body>,
    namespace: readonly string[],
  ): Promise<boolean> {
    const warehouse = await requireManagedWarehouse(deps, name)
    if (request.relation === undefined) {
      const { found, object } = await requireNamespace(deps, call.policy, warehouse, namespace)
      return protectNamespace(deps.sql, found, request.protected, toCommitRecord(call, permit(call, object)))
    }
    const { found, object } = await requireRelation(deps, call.policy, warehouse, namespace, request.relation)
    return protectRelation(deps.sql, found, request.protected, toCommitRecord(call, permit(call, object)))
  }

  const protect = defineOperation({
    id: 'setProtection',
    method: 'PUT',
    path: '/management/v1/warehouses/:warehouse/protection',
    subject: 'protection',
    summary: 'Protects a warehouse, namespace, table or view against drops, or removes this protection.',
    params: warehouseParams,
    body,
    response: { status: 200, schema: changedView, description: 'Whether anything changed.' },
    async run({ params, body }, call) {
      call.audit.detail = { protected: body.protected }
      const { namespace } = body
      const changed =
        namespace === undefined
          ? await protectWarehouse(call, params.warehouse, body.protected)
          : await protectInside(call, params.warehouse, body, namespace)
      return { changed }
    },
  })

  return [protect]
}
