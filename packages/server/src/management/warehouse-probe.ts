import { z } from 'zod'
import { probeProfile, probeStorage } from '../catalog/probe-storage.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { checkBorrower } from './check-lender.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { toObject, serverObject, requireOpenWarehouse, warehouseParams } from './find-object.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { permit, permitAny } from './permit.ts'
import { checkFileRoots, toProfile, storageBody } from './warehouse-schemas.ts'

/**
 * Returns the operations that test a storage: they write, read, list and delete an object. The error names the step
 * that failed.
 */
export function warehouseProbeOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const common = {
    method: 'POST',
    subject: 'warehouses',
    response: {
      status: 204,
      description: 'The test succeeded: an object was written, read, listed and deleted.',
    },
  } as const

  const storage = defineOperation({
    ...common,
    id: 'validateStorage',
    path: '/management/v1/warehouses/validate',
    summary: 'Tests a storage that no warehouse uses yet.',
    body: z.strictObject({ storage: storageBody }),
    async run({ body }, call) {
      permit(call, serverObject, 'create')
      const profile = toProfile(body.storage)
      checkBorrower(call, profile)
      checkFileRoots(profile, [], deps.fileRoots)
      await checkEndpoints(deps, call, profile, { mode: 'none' })
      await probeProfile(profile, deps.endpoints, call.signal)
    },
  })

  const warehouse = defineOperation({
    ...common,
    id: 'validateWarehouse',
    path: '/management/v1/warehouses/:warehouse/validate',
    summary: 'Tests the storage of a warehouse.',
    params: warehouseParams,
    async run({ params }, call) {
      const warehouse = await requireOpenWarehouse(deps, params.warehouse)
      permitAny(call, toObject(warehouse), ['manage', 'administer-storage'])
      await probeStorage(warehouse, call.signal)
    },
  })

  return [storage, warehouse]
}
