import type { Namespace, TableIdentifier } from '@headgate/iceberg/rest'
import { listFilter, shownIn } from '../access/decide.ts'
import type { Policies } from '../access/policies.ts'
import { listRelationNames, type RelationKind } from '../store/relations.ts'
import type { Caller } from './caller.ts'
import type { CatalogDeps } from './deps.ts'
import { findNamespace } from './find-namespace.ts'
import { listPage, type PageRequest } from './list-page.ts'
import type { Warehouse } from './warehouses.ts'

/** Page of the tables or views in a namespace. */
export interface ListedRelations {
  readonly identifiers: readonly TableIdentifier[]
  /** True when there are more names after this page. */
  readonly hasMore: boolean
}

/** Lists the tables or views of a namespace that the caller may see. */
export async function listRelations(
  deps: Pick<CatalogDeps, 'sql'> & { readonly policies: Policies },
  caller: Caller,
  { warehouse, namespace, kind }: { warehouse: Warehouse; namespace: Namespace; kind: RelationKind },
  page: PageRequest,
  signal: AbortSignal,
): Promise<ListedRelations> {
  const { found, policy } = await findNamespace(deps, caller, warehouse, namespace, 'use')
  const visible = {
    filter: listFilter(policy, found.chain),
    shown: shownIn<string>(policy, (name) => ({ ...found.chain.names, relation: { kind, name } })),
  }
  const { names, hasMore } = await listPage(
    page,
    visible,
    (filter) => listRelationNames(deps.sql, found.row.id, kind, filter),
    signal,
  )
  return { identifiers: names.map((name) => ({ namespace: found.levels, name })), hasMore }
}
