import type { Operation } from '../http/operation.ts'
import { noContent } from './answers.ts'
import { findNamespace, warehouseOf } from './find.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function namespaceExists(parts: IcebergParts): Operation {
  return route('namespaceExists', async (call) => {
    await findNamespace(parts, call, await warehouseOf(parts, call), namespaceParam(parts, call), 'use')
    return noContent
  })
}
