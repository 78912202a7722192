import type { Operation } from '../http/operation.ts'
import { noContent } from './answers.ts'
import { findRelation, warehouseOf } from './find.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function tableExists(parts: IcebergParts): Operation {
  return route('tableExists', async (call) => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'table') }
    await findRelation(parts, call, at, 'table', 'use', 'none')
    return noContent
  })
}
