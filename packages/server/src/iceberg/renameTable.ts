import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { renameRelation } from './rename-relation.ts'
import { route } from './route.ts'

export function renameTable(deps: IcebergDeps): Operation {
  return route('renameTable', (call) => renameRelation(deps, call, 'table'))
}
