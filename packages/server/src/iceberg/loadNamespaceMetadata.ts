import type { Operation } from '../http/operation.ts'
import { jsonAnswer } from './answers.ts'
import { findNamespace, warehouseOf } from './find.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function loadNamespaceMetadata(parts: IcebergParts): Operation {
  return route('loadNamespaceMetadata', async (call) => {
    const { found } = await findNamespace(
      parts,
      call,
      await warehouseOf(parts, call),
      namespaceParam(parts, call),
      'use',
      false,
    )
    return jsonAnswer({ namespace: found.levels, properties: found.row.properties })
  })
}
