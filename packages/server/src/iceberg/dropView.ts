import type { Operation } from '../http/operation.ts'
import { dropByName } from './drop-by-name.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function dropView(parts: IcebergParts): Operation {
  return route('dropView', (call) => dropByName(parts, call, 'view'))
}
