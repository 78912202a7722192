import type { Operation } from '../http/operation.ts'
import { warehouseOf } from './find.ts'
import { answerRelation } from './loadTable.ts'
import { relationParam } from './names.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'
import { findReadable } from './through-views.ts'

export function loadView(parts: IcebergParts): Operation {
  return route('loadView', async (call) => {
    const at = { warehouse: await warehouseOf(parts, call), identifier: relationParam(parts, call, 'view') }
    const { found, views } = await findReadable(parts, call, at, 'view')
    return answerRelation(parts, call, found, 'all', views)
  })
}
