import { dropNamespace as drop } from '../catalog/namespaces.ts'
import type { Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { noContent } from './answers.ts'
import { findNamespace, warehouseOf } from './find.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

export function dropNamespace(parts: IcebergParts): Operation {
  return route('dropNamespace', async (call) => {
    const warehouse = await warehouseOf(parts, call)
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { found, decision } = await findNamespace(
          parts,
          call,
          warehouse,
          namespaceParam(parts, call),
          'manage',
        )
        await drop(parts, found, ridersOf(call, decision, keep(204, null)))
        return noContent
      },
      () => Promise.resolve(noContent),
    )
  })
}
