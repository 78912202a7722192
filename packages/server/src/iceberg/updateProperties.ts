import { decodeUpdateNamespacePropertiesRequest } from '@headgate/iceberg/rest'
import { updateProperties as update } from '../catalog/namespaces.ts'
import type { Answer, Call, Operation } from '../http/operation.ts'
import { idempotent } from '../idempotency/idempotent.ts'
import { admitInNamespace } from './admission.ts'
import { jsonAnswer } from './answers.ts'
import { findNamespace, warehouseOf } from './find.ts'
import { namespaceParam } from './names.ts'
import { checkProperties } from './properties.ts'
import type { IcebergParts } from './parts.ts'
import { ridersOf } from './riders.ts'
import { route } from './route.ts'

export function updateProperties(parts: IcebergParts): Operation {
  const handle = async (call: Call): Promise<Answer> => {
    const warehouse = await warehouseOf(parts, call)
    const change = decodeUpdateNamespacePropertiesRequest(await call.json())
    checkProperties(change.updates)
    return idempotent(
      parts.idempotency,
      call,
      async (keep) => {
        const { found, decision } = await findNamespace(
          parts,
          call,
          warehouse,
          namespaceParam(parts, call),
          'modify',
        )
        const { updated, removed, missing } = await update(
          parts,
          found,
          change,
          ridersOf(call, decision, keep(200, null)),
        )
        return jsonAnswer({ updated, removed, missing })
      },
      // What was missing then is not kept; a client that repeats itself needs to know that it is done.
      () =>
        Promise.resolve(
          jsonAnswer({ updated: Object.keys(change.updates), removed: [...change.removals], missing: [] }),
        ),
    )
  }
  return route('updateProperties', handle, { admit: (call) => admitInNamespace(parts, call, 'modify') })
}
