import type { Operation } from '../http/operation.ts'
import type { IcebergParts } from './parts.ts'
import { renameRelation } from './rename-relation.ts'
import { route } from './route.ts'

export function renameTable(parts: IcebergParts): Operation {
  return route('renameTable', (call) => renameRelation(parts, call, 'table'))
}
