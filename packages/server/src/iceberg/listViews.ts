import type { Operation } from '../http/operation.ts'
import { listRelations } from './list-relations.ts'
import type { IcebergParts } from './parts.ts'
import { route } from './route.ts'

export function listViews(parts: IcebergParts): Operation {
  return route('listViews', (call) => listRelations(parts, call, 'view'))
}
