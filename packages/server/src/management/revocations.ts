import { z } from 'zod'
import { revokeTableAccess, revokeWarehouseAccess } from '../catalog/revoke-access.ts'
import { requireWarehouse } from '../catalog/warehouses.ts'
import type { Call } from '../operation/operation.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  toObject,
  objectName,
  levels,
  requireRelation,
  requireOpenWarehouse,
  warehouseParams,
} from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { permit, toCommitRecord } from './permit.ts'
import { instant, formatInstant } from './schemas.ts'

const body = z
  .strictObject({ namespace: levels.optional(), table: objectName.optional() })
  .refine(
    ({ namespace, table }) => (namespace === undefined) === (table === undefined),
    'a table requires its namespace, and access to a whole namespace cannot be revoked',
  )
  .meta({ id: 'Revocation' })

/** Returns the operation that ends issued storage access early. Callers that still have the right get new access. */
export function revocationOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  async function ofWarehouse(call: Call, name: string): Promise<number> {
    const row = await requireWarehouse(deps.sql, name)
    const decision = permit(call, toObject(row))
    return revokeWarehouseAccess(deps, row, toCommitRecord(call, decision))
  }

  async function ofTable(
    call: Call,
    name: string,
    namespace: readonly string[],
    table: string,
  ): Promise<number> {
    const warehouse = await requireOpenWarehouse(deps, name)
    const { found, object } = await requireRelation(deps, call.policy, warehouse, namespace, table)
    const decision = permit(call, object)
    return revokeTableAccess(deps, found, toCommitRecord(call, decision))
  }

  const revoke = defineOperation({
    id: 'revokeAccess',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/revoke-access',
    subject: 'warehouses',
    summary:
      'Ends the storage access and refresh tokens that were issued for a table, or for a whole warehouse.',
    params: warehouseParams,
    body,
    response: {
      status: 200,
      schema: z.strictObject({
        notBefore: instant.describe('Storage access that was issued before this time is invalid.'),
      }),
      description:
        'The access is revoked. Credentials that an object store issued (modes sts and static) remain valid at the store until they expire.',
    },
    async run({ params, body }, call) {
      const { namespace, table } = body
      const from =
        namespace === undefined || table === undefined
          ? await ofWarehouse(call, params.warehouse)
          : await ofTable(call, params.warehouse, namespace, table)
      return { notBefore: formatInstant(from) }
    },
  })

  return [revoke]
}
