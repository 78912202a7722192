import { z } from 'zod'
import { updateWarehouse } from '../catalog/change-warehouse.ts'
import { protectNamespace, protectRelation } from '../catalog/protect.ts'
import { openProfile } from '../catalog/storage-secret.ts'
import { parseVendingProfile } from '../catalog/vending-profile.ts'
import type { Call } from '../http/operation.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  asObject,
  lakeName,
  levels,
  namespaceOf,
  relationOf,
  warehouseOf,
  warehouseParams,
  warehouseRow,
} from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { permit, ridersFor } from './permit.ts'
import { changedView } from './role-members.ts'

const body = z
  .strictObject({
    namespace: levels.optional(),
    relation: lakeName.optional().describe('The name of a table or view.'),
    protected: z.boolean(),
  })
  .refine(
    ({ namespace, relation }) => relation === undefined || namespace !== undefined,
    'a relation needs its namespace',
  )
  .meta({ id: 'Protection' })

/** What is protected cannot be dropped, purged or deleted until the protection is taken away. */
export function protectionOperations(parts: LakeParts): readonly ManagementOperation[] {
  async function protectWarehouse(call: Call, name: string, wanted: boolean): Promise<boolean> {
    const row = await warehouseRow(parts, name)
    const decision = permit(call, asObject(row))
    if (row.protected === wanted) return false
    const { allowedLocations, defaults, overrides, retentionSeconds } = row
    const vending = parseVendingProfile(row.vending)
    const settings = { allowedLocations, defaults, overrides, vending, retentionSeconds, protected: wanted }
    await updateWarehouse(
      parts,
      row,
      { profile: openProfile(parts.master, row), settings },
      ridersFor(call, decision),
    )
    parts.warehouses.forget()
    return true
  }

  async function protectInside(
    call: Call,
    name: string,
    given: z.output<typeof body>,
    namespace: readonly string[],
  ): Promise<boolean> {
    const warehouse = await warehouseOf(parts, name)
    if (given.relation === undefined) {
      const { found, object } = await namespaceOf(parts, call.policy, warehouse, namespace)
      return protectNamespace(parts.sql, found, given.protected, ridersFor(call, permit(call, object)))
    }
    const { found, object } = await relationOf(parts, call.policy, warehouse, namespace, given.relation)
    return protectRelation(parts.sql, found, given.protected, ridersFor(call, permit(call, object)))
  }

  const protect = defineOperation({
    id: 'setProtection',
    method: 'PUT',
    path: '/management/v1/warehouses/:warehouse/protection',
    subject: 'protection',
    summary:
      'Protects a warehouse, or a namespace, table or view in it, against being dropped, or stops that.',
    params: warehouseParams,
    body,
    answer: { status: 200, schema: changedView, description: 'Whether anything changed.' },
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
