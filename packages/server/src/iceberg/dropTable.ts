import type { Operation } from '../operation/operation.ts'
import { dropByName } from './drop-by-name.ts'
import type { IcebergDeps } from './deps.ts'
import { route } from './route.ts'

export function dropTable(deps: IcebergDeps): Operation {
  return route('dropTable', (call) => dropByName(deps, call, 'table'))
}
