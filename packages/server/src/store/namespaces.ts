import { joinLevels } from '../namespace-path.ts'
import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'

/**
 * Row of a namespace. `lineage` contains the ids of the namespaces on the path from the outermost namespace
 * to the namespace itself, and `owners` their owners.
 */
export interface NamespaceRow {
  readonly id: string
  readonly path: string
  readonly lineage: readonly string[]
  readonly owners: readonly string[]
  readonly ownerId: string
  readonly properties: Readonly<Record<string, string>>
  readonly protected: boolean
  readonly policyVersion: number
}

const columns = `n.id, n.path, n.lineage, n.owners, n.owner_id as "ownerId", n.properties, n.protected, (select version from policy) as "policyVersion"`

const byPath = statement(
  'namespace_by_path',
  `select ${columns} from namespace n where n.warehouse_id = $1 and n.path = $2`,
)

export async function findNamespace(
  sql: Queryable,
  warehouseId: string,
  levels: readonly string[],
): Promise<NamespaceRow | null> {
  return (await sql.run<NamespaceRow>(byPath, [warehouseId, joinLevels(levels)]))[0] ?? null
}

const children = statement(
  'namespace_children',
  `select n.path from namespace n
   where n.warehouse_id = $1 and n.parent_id is not distinct from $2::uuid and ($3::text is null or n.path > $3)
     and ($4::uuid[] is null or n.id = any($4) or n.owner_id = any($5::uuid[]))
   order by n.path limit $6`,
)

export interface ChildFilter {
  readonly after: string | null
  /**
   * Ids of the children that the caller may see, in addition to children with an owner in `owners`. Null for all
   * children.
   */
  readonly ids: readonly string[] | null
  readonly owners: readonly string[]
  readonly limit: number
}

/**
 * Returns the paths of the direct child namespaces of `parentId` (null for the top level of the warehouse) that
 * follow `after` in byte order.
 */
export async function listChildPaths(
  sql: Queryable,
  warehouseId: string,
  parentId: string | null,
  filter: ChildFilter,
): Promise<string[]> {
  const rows = await sql.run<{ path: string }>(children, [
    warehouseId,
    parentId,
    filter.after,
    filter.ids,
    filter.owners,
    filter.limit,
  ])
  return rows.map((row) => row.path)
}

const insert = statement(
  'namespace_insert',
  `with written as (
     insert into namespace (id, warehouse_id, parent_id, path, lineage, owners, owner_id, properties)
     select $1::uuid, $2::uuid, p.id, $4, coalesce(p.lineage, '{}') || $1::uuid, coalesce(p.owners, '{}') || $5::uuid, $5::uuid, $6::jsonb
     from (select 1) one left join namespace p on p.id = $3::uuid
     where (p.id is not null or $3::uuid is null) and (select version from policy) = $7
     returning id),
   ${recordSql(8)}
   select id from written where ${permittedSql(7)}`,
)

export interface NewNamespace {
  readonly id: string
  readonly warehouseId: string
  readonly parentId: string | null
  readonly levels: readonly string[]
  readonly ownerId: string
  readonly properties: Readonly<Record<string, string>>
}

/**
 * Creates a namespace. Returns false when the policy version changed or the parent was deleted. Throws the unique
 * constraint violation when the path is in use.
 */
export async function insertNamespace(
  sql: Queryable,
  namespace: NewNamespace,
  record: CommitRecord,
): Promise<boolean> {
  const values = [
    namespace.id,
    namespace.warehouseId,
    namespace.parentId,
    joinLevels(namespace.levels),
    namespace.ownerId,
    JSON.stringify(namespace.properties),
  ]
  return (await runWithRecord(sql, insert, values, record)).length === 1
}

const remove = statement(
  'namespace_delete',
  `with written as (
     delete from namespace where id = $1 and not protected and (select version from policy) = $2 returning id),
   ${recordSql(3)}
   select id from written where ${permittedSql(2)}`,
)

/**
 * Deletes a namespace. Returns false when the namespace was deleted or is protected, or when the policy version
 * changed. Throws the foreign key violation when the namespace is not empty.
 */
export async function deleteNamespace(sql: Queryable, id: string, record: CommitRecord): Promise<boolean> {
  return (await runWithRecord(sql, remove, [id], record)).length === 1
}

const updateProperties = statement(
  'namespace_properties',
  `with old as (select id, properties from namespace where id = $1 and (select version from policy) = $4 for update),
   written as (
     update namespace n set properties = (old.properties - $2::text[]) || $3::jsonb, updated_at = now()
     from old where n.id = old.id returning n.id),
   ${recordSql(5)}
   select old.properties from old, written where ${permittedSql(4)}`,
)

/**
 * Removes and sets properties in one statement. Returns the previous properties, or null when the namespace was
 * deleted or the policy version changed.
 */
export async function changeNamespaceProperties(
  sql: Queryable,
  id: string,
  removals: readonly string[],
  updates: Readonly<Record<string, string>>,
  record: CommitRecord,
): Promise<Readonly<Record<string, string>> | null> {
  const values = [id, removals, JSON.stringify(updates)]
  const rows = await runWithRecord<{ properties: Record<string, string> }>(
    sql,
    updateProperties,
    values,
    record,
  )
  return rows[0]?.properties ?? null
}
