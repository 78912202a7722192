import { splitLevels } from '../namespace-path.ts'
import type { Chain } from '../privilege.ts'
import { type RelationKind, toRelationKind } from './relations.ts'
import { type Queryable, statement } from './sql.ts'

/**
 * Namespace, table or view whose name begins with the search text, with its privilege chain, which an
 * authorization decision needs.
 */
export interface NameMatch {
  readonly id: string
  readonly kind: 'namespace' | RelationKind
  readonly warehouse: string
  readonly namespace: readonly string[]
  /** Name of the table or view. Null when the match is a namespace. */
  readonly relation: string | null
  /** Name in lower case. Matches are sorted by this key. */
  readonly key: string
  readonly chain: Chain
}

/** Position from which a search continues: the last match that was read. */
export type SearchPosition = Pick<NameMatch, 'key' | 'id'>

export interface NameSearch {
  /** Text with which names must begin. Upper and lower case are equal. */
  readonly prefix: string
  /** Name of the only warehouse to search. Null for all warehouses. */
  readonly warehouse: string | null
}

const begin = 'lower($1::text collate "C")'
// Names have the collation C. In this order, all names with the prefix are between the prefix itself and the
// prefix followed by the last Unicode character.
const range = (name: string, id: string): string =>
  `${name} >= ${begin} and ${name} < ${begin} || U&'\\+10FFFF' and ($2::text is null or (${name}, ${id}) > ($2, $3::uuid))
     and ($4::text is null or w.name = $4)
   order by ${name}, ${id} limit $5`

const level = `lower(substring(n.path from '[^\\x1f]*$'))`
const relations = statement(
  'search_relations',
  `select r.id, r.kind, lower(r.name) as key, r.name as relation, n.path, w.name as warehouse,
     (r.id || n.lineage || w.id)::text[] as ids, (r.owner_id || n.owners || w.owner_id)::text[] as owners
   from relation r join namespace n on n.id = r.namespace_id join warehouse w on w.id = r.warehouse_id
   where r.namespace_id is not null and ${range('lower(r.name)', 'r.id')}`,
)
const namespaces = statement(
  'search_namespaces',
  `select n.id, null as kind, ${level} as key, null as relation, n.path, w.name as warehouse,
     (n.lineage || w.id)::text[] as ids, (n.owners || w.owner_id)::text[] as owners
   from namespace n join warehouse w on w.id = n.warehouse_id where ${range(level, 'n.id')}`,
)

interface Row extends Pick<NameMatch, 'id' | 'key' | 'warehouse' | 'relation'> {
  readonly kind: string | null
  readonly path: string
  readonly ids: readonly string[]
  readonly owners: readonly string[]
}

/**
 * Returns tables and views (`relations`) or namespaces whose names begin with a text, in order of name and
 * id.
 *
 * @param after last match that was read before, or null to begin with the first match
 */
export async function searchNames(
  sql: Queryable,
  kind: 'relations' | 'namespaces',
  { prefix, warehouse }: NameSearch,
  after: SearchPosition | null,
  limit: number,
): Promise<NameMatch[]> {
  const values = [prefix, after?.key ?? null, after?.id ?? null, warehouse, limit]
  const rows = await sql.run<Row>(kind === 'relations' ? relations : namespaces, values)
  return rows.map((row) => {
    const namespace = splitLevels(row.path)
    const relation = row.relation === null ? null : { kind: toRelationKind(row.kind), name: row.relation }
    return {
      id: row.id,
      kind: relation?.kind ?? 'namespace',
      warehouse: row.warehouse,
      namespace,
      relation: row.relation,
      key: row.key,
      chain: {
        ids: [row.id, ...row.ids.filter((id) => id !== row.id)],
        owners: row.owners,
        names: { warehouse: row.warehouse, namespace, relation },
      },
    }
  })
}
