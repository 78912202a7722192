import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import { setScanPlanning } from '../catalog/set-scan-planning.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  levels,
  objectName,
  requireManagedWarehouse,
  requireRelation,
  warehouseParams,
} from './find-object.ts'
import { permit, toCommitRecord } from './permit.ts'
import { changedView } from './role-members.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'

const body = z
  .strictObject({
    namespace: levels,
    relation: objectName.describe('The name of a table.'),
    planner: z
      .enum(['client', 'server'])
      .nullable()
      .describe('Planner of the scans of the table. Null: scan-planning-mode of the warehouse decides.'),
  })
  .meta({ id: 'ScanPlanning' })

/** Returns the operation that sets who plans the scans of a table. */
export function scanPlanningOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const set = defineOperation({
    id: 'setScanPlanning',
    method: 'PUT',
    path: '/management/v1/warehouses/:warehouse/scan-planning',
    subject: 'protection',
    summary: 'Sets whether clients or the server plan the scans of a table.',
    params: warehouseParams,
    body,
    response: { status: 200, schema: changedView, description: 'Whether anything changed.' },
    async run({ params, body: { namespace, relation, planner } }, call) {
      call.audit.detail = { planner }
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const { found, object } = await requireRelation(deps, call.policy, warehouse, namespace, relation)
      const record = toCommitRecord(call, permit(call, object))
      if (found.relation.kind !== 'table')
        throw new HeadgateError(
          'bad-request',
          `${relation} is not an Iceberg table, so no scans are planned.`,
        )
      return { changed: await setScanPlanning(deps.sql, found, planner, record) }
    },
  })

  return [set]
}
