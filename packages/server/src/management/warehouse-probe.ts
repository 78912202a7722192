import { z } from 'zod'
import { probeProfile, probeStorage } from '../catalog/probe-storage.ts'
import { checkEndpoints } from './check-endpoints.ts'
import { checkBorrower } from './check-lender.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { asObject, theServer, warehouseOf, warehouseParams } from './find-in-lake.ts'
import type { LakeParts } from './lake-parts.ts'
import { permit, permitAny } from './permit.ts'
import { checkFileRoots, profileOf, storageBody } from './warehouse-schemas.ts'

/** Dry runs: an object is written, read, listed and deleted. What fails is said in the error. */
export function warehouseProbeOperations(parts: LakeParts): readonly ManagementOperation[] {
  const common = {
    method: 'POST',
    subject: 'warehouses',
    answer: { status: 204, description: 'An object was written, read, listed and deleted.' },
  } as const

  const storage = defineOperation({
    ...common,
    id: 'validateStorage',
    path: '/management/v1/warehouses/validate',
    summary: 'Tries out a storage that no warehouse has yet.',
    body: z.strictObject({ storage: storageBody }),
    async run({ body }, call) {
      permit(call, theServer, 'create')
      const profile = profileOf(body.storage)
      checkBorrower(call, profile)
      checkFileRoots(profile, [], parts.fileRoots)
      await checkEndpoints(parts, call, profile, { mode: 'none' })
      await probeProfile(profile, parts.endpoints, call.signal)
    },
  })

  const warehouse = defineOperation({
    ...common,
    id: 'validateWarehouse',
    path: '/management/v1/warehouses/:warehouse/validate',
    summary: 'Tries out the storage of a warehouse.',
    params: warehouseParams,
    async run({ params }, call) {
      const warehouse = await warehouseOf(parts, params.warehouse)
      permitAny(call, asObject(warehouse), ['manage', 'administer-storage'])
      await probeStorage(warehouse, call.signal)
    },
  })

  return [storage, warehouse]
}
