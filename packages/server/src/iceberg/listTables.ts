import type { Operation } from '../operation/operation.ts'
import { listRelations } from './list-relations.ts'
import type { IcebergDeps } from './deps.ts'
import { route } from './route.ts'

export function listTables(deps: IcebergDeps): Operation {
  return route('listTables', (call) => listRelations(deps, call, 'table'))
}
