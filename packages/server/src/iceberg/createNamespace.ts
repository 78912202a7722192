import {
  checkNewName,
  decodeCreateNamespaceRequest,
  formatNamespace,
  type Namespace,
} from '@headgate/iceberg/rest'
import type { Decision } from '../access/decision.ts'
import { createNamespace as create, type FoundNamespace } from '../catalog/namespaces.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { admitInWarehouse, allowInWarehouse } from './admission.ts'
import { jsonAnswer } from './answers.ts'
import { allowWarehouse, findNamespace, warehouseOf } from './find.ts'
import { checkReachable } from './names.ts'
import { checkProperties } from './properties.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

export function createNamespace(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    await allowInWarehouse(parts, call, warehouse)
    const { namespace: levels, properties } = decodeCreateNamespaceRequest(
      await call.json(),
      parts.nameLimits,
    )
    checkReachable(parts, levels)
    checkNewName(levels.at(-1) ?? '', 'namespace level')
    checkProperties(properties)
    const answer = jsonAnswer({ namespace: levels, properties })
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { parent, decision } = await allowedParent(parts, call, warehouse, levels)
        call.audit.object = `${warehouse.name}:${formatNamespace(levels)}`
        const creation = { warehouse, parent, levels, properties, ownerId: call.identity.principal.id }
        await create(parts, creation, ridersOf(call, decision, keep(200, null)))
        return answer
      },
      () => Promise.resolve(answer),
    )
  }
  const admit = (call: Call): Promise<void> => admitInWarehouse(parts, call, ['create'])
  return route('createNamespace', handle, { admit })
}

async function allowedParent(
  parts: IcebergParts,
  call: Call,
  warehouse: Warehouse,
  levels: Namespace,
): Promise<{ parent: FoundNamespace | null; decision: Decision }> {
  if (levels.length === 1) return { parent: null, decision: allowWarehouse(call, warehouse, 'create') }
  const { found, decision } = await findNamespace(parts, call, warehouse, levels.slice(0, -1), 'create')
  return { parent: found, decision }
}
