import { listFilter, shownIn } from '../access/decide.ts'
import type { Answer, Call } from '../http/operation.ts'
import { listRelationNames, type RelationKind } from '../store/relations.ts'
import { jsonAnswer } from './answers.ts'
import { findNamespace, warehouseOf } from './find.ts'
import { listPage } from './listing.ts'
import { namespaceParam } from './names.ts'
import type { IcebergParts } from './parts.ts'

/** Tables or views of a namespace, those that the caller may see. */
export async function listRelations(parts: IcebergParts, call: Call, kind: RelationKind): Promise<Answer> {
  const warehouse = await warehouseOf(parts, call)
  const { found, policy } = await findNamespace(parts, call, warehouse, namespaceParam(parts, call), 'use')
  const { names, nextPageToken } = await listPage(
    call,
    parts.maxPageSize,
    {
      filter: listFilter(policy, found.chain),
      shown: shownIn<string>(policy, (name) => ({ ...found.chain.names, relation: { kind, name } })),
    },
    (page) => listRelationNames(parts.sql, found.row.id, kind, page),
  )
  const identifiers = names.map((name) => ({ namespace: found.levels, name }))
  return jsonAnswer({ identifiers, 'next-page-token': nextPageToken })
}
