import type { ChildFilter } from './namespaces.ts'
import type { Queryable, Sql } from './sql.ts'
import { statement } from './sql.ts'

/**
 * Properties of a Lance table that the Lance Namespace protocol stores in the catalog, apart from the
 * metadata of the table.
 */
export type LanceProperties = Readonly<Record<string, string>>

const find = statement('lance_table', 'select properties from lance_table where relation_id = $1')

/** Returns the properties of a Lance table. */
export async function findLanceProperties(sql: Sql, relationId: string): Promise<LanceProperties> {
  const [properties] = (await sql.readRow(find, [relationId])) ?? []
  return properties === null || properties === undefined ? {} : (JSON.parse(properties) as LanceProperties)
}

const write = statement(
  'lance_table_write',
  `insert into lance_table (relation_id, properties) values ($1, $2::jsonb)
   on conflict (relation_id) do update set properties = excluded.properties`,
)

/** Replaces the properties of a Lance table. */
export async function writeLanceProperties(
  tx: Queryable,
  relationId: string,
  properties: LanceProperties,
): Promise<void> {
  await tx.run(write, [relationId, JSON.stringify(properties)])
}

/** Character between the path of the namespace and the name in the keys of `listLanceTables`. No name contains it. */
export const keySeparator = '\u001e'

const all = statement(
  'lance_tables_all',
  `select n.path || E'\\x1e' || r.name as key from relation r join namespace n on n.id = r.namespace_id
   where n.warehouse_id = $1 and r.kind = 'lance-table'
     and ($2::text is null or (n.path, r.name) > (split_part($2, E'\\x1e', 1), split_part($2, E'\\x1e', 2)))
     and ($3::uuid[] is null or r.id = any($3) or n.lineage && $3::uuid[] or r.owner_id = any($4::uuid[]) or n.owners && $4::uuid[])
   order by n.path, r.name limit $5`,
)

/**
 * Returns the Lance tables in all namespaces of a warehouse, in byte order after `filter.after`. Each result
 * is one text: path of the namespace, `keySeparator` and name of the table. If the filter contains `ids` and
 * `owners`, returns only tables for which the id or owner of the table, or of a namespace that contains it,
 * is in one of them.
 */
export async function listLanceTables(
  sql: Queryable,
  warehouseId: string,
  filter: ChildFilter,
): Promise<string[]> {
  const values = [warehouseId, filter.after, filter.ids, filter.owners, filter.limit]
  return (await sql.run<{ key: string }>(all, values)).map((row) => row.key)
}
