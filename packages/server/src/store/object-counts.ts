import type { RelationKind } from './relations.ts'
import { type Queryable, statement } from './sql.ts'

/** Number of objects in a warehouse or a namespace. */
export interface ObjectCounts {
  readonly namespaces: number
  /** Number of tables and views by kind. A kind without objects is missing. */
  readonly relations: readonly { readonly kind: RelationKind; readonly count: number }[]
}

const ofWarehouse = statement(
  'count_warehouse',
  `select 'namespace' as kind, count(*)::int as count from (
     select 1 from namespace where warehouse_id = $1 limit $2) n
   union all
   select kind, count(*)::int from (
     select kind from relation where warehouse_id = $1 and namespace_id is not null limit $2) r group by kind`,
)
const ofNamespace = statement(
  'count_namespace',
  `select 'namespace' as kind, count(*)::int as count from (
     select 1 from namespace where parent_id = $1 limit $2) n
   union all
   select kind, count(*)::int from (select kind from relation where namespace_id = $1 limit $2) r group by kind`,
)

/**
 * Counts the namespaces, tables and views of a warehouse, or those directly in a namespace.
 *
 * @param limit maximum number of counted namespaces, and of counted tables and views
 */
export async function countObjects(
  sql: Queryable,
  kind: 'warehouse' | 'namespace',
  id: string,
  limit: number,
): Promise<ObjectCounts> {
  const rows = await sql.run<{ kind: 'namespace' | RelationKind; count: number }>(
    kind === 'warehouse' ? ofWarehouse : ofNamespace,
    [id, limit],
  )
  return {
    namespaces: rows.find((row) => row.kind === 'namespace')?.count ?? 0,
    relations: rows.flatMap(({ kind, count }) => (kind === 'namespace' ? [] : [{ kind, count }])),
  }
}
