import { checkNewName, decodeCreateNamespaceRequest, formatNamespace } from '@headgate/iceberg/rest'
import { z } from 'zod'
import { checkReachable } from '../catalog/check-reachable.ts'
import { writeNamespace } from '../catalog/commit/create-namespace.ts'
import { missingNamespace } from '../catalog/existing.ts'
import { lookUpNamespace } from '../catalog/namespaces.ts'
import { Stale } from '../catalog/stale.ts'
import { requireOwnerId } from '../directory/owner-name.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { levels, requireManagedWarehouse, serverObject, warehouseParams } from './find-object.ts'
import { permit, toCommitRecord } from './permit.ts'
import type { WarehouseApiDeps } from './warehouse-deps.ts'
import { newOwner } from './warehouse-schemas.ts'

const body = z
  .strictObject({
    namespace: levels,
    owner: newOwner,
    properties: z.record(z.string().min(1), z.string()).optional(),
  })
  .meta({ id: 'OwnedNamespace' })

/** Returns the operation that creates a namespace whose owner is not the caller. */
export function ownedNamespaceOperations(deps: WarehouseApiDeps): readonly ManagementOperation[] {
  const create = defineOperation({
    id: 'createOwnedNamespace',
    method: 'POST',
    path: '/management/v1/warehouses/:warehouse/namespace',
    subject: 'namespaces',
    summary: 'Creates a namespace that another principal owns. Its parent namespace must exist.',
    params: warehouseParams,
    body,
    errors: {
      'already-exists': 'The namespace exists.',
    },
    response: { status: 204, description: 'The namespace was created.' },
    async run({ params, body }, call) {
      const decision = permit(call, serverObject)
      const { namespace, properties } = decodeCreateNamespaceRequest(
        { namespace: body.namespace, properties: body.properties ?? {} },
        deps.nameLimits,
      )
      checkReachable(deps, namespace)
      checkNewName(namespace.at(-1) ?? '', 'namespace level')
      const ownerId = await requireOwnerId(deps.sql, body.owner)
      const warehouse = await requireManagedWarehouse(deps, params.warehouse)
      const above = namespace.slice(0, -1)
      const parent = above.length === 0 ? null : await lookUpNamespace(deps, warehouse, above)
      if (parent === null && above.length > 0) throw missingNamespace(above)
      call.audit.object = `${warehouse.name}:${formatNamespace(namespace)}`
      call.audit.detail = { owner: body.owner }
      const creation = { warehouse, levels: namespace, properties }
      const record = toCommitRecord(call, decision)
      if (!(await writeNamespace(deps, creation, { parent, ownerId }, record))) throw new Stale()
    },
  })

  return [create]
}
