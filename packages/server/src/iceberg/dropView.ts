import type { Operation } from '../operation/operation.ts'
import { dropByName } from './drop-by-name.ts'
import type { IcebergDeps } from './deps.ts'
import { route } from './route.ts'

export function dropView(deps: IcebergDeps): Operation {
  return route('dropView', (call) => dropByName(deps, call, 'view'))
}
