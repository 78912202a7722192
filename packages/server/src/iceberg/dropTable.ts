import type { Operation } from '../http/operation.ts'
import { dropByName } from './drop-by-name.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function dropTable(parts: IcebergParts): Operation {
  return route('dropTable', (call) => dropByName(parts, call, 'table'))
}
