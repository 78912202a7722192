import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { renameRelation } from './rename-relation.ts'
import { route } from './route.ts'

export function renameView(deps: IcebergDeps): Operation {
  return route('renameView', (call) => renameRelation(deps, call, 'view'))
}
