import type { Operation } from '../operation/operation.ts'
import { listRelations } from './list-relations.ts'
import type { IcebergDeps } from './deps.ts'
import { route } from './route.ts'

export function listViews(deps: IcebergDeps): Operation {
  return route('listViews', (call) => listRelations(deps, call, 'view'))
}
