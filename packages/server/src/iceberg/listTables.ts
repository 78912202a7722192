import type { Operation } from '../http/operation.ts'
import { listRelations } from './list-relations.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function listTables(parts: IcebergParts): Operation {
  return route('listTables', (call) => listRelations(parts, call, 'table'))
}
