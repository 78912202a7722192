import type { Operation } from '../http/operation.ts'
import { noContent } from './answers.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function viewExists(parts: IcebergParts): Operation {
  return route('viewExists', async (call) => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'view') }
    await findRelation(parts, call, at, 'view', 'use', 'none')
    return noContent
  })
}
