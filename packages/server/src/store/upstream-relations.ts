import type { Queryable, RowFields, Sql } from './sql.ts'
import { statement } from './sql.ts'
import type { IcebergKind } from './relations.ts'

/** Database row in which this server records a table or view of an upstream catalog. */
export interface UpstreamRelationRow {
  readonly id: string
  readonly kind: IcebergKind
  /**
   * UUID of the table or view in the upstream catalog. Grants on the row apply only while the upstream
   * catalog returns this UUID for the name.
   */
  readonly uuid: string
  readonly ownerId: string
  /** Canonical locations of the files, each ending in `/`, one per line. */
  readonly prefixes: string
  /** Time of the last revocation of storage access, in epoch ms. */
  readonly notBefore: number
}

/** Database rows that this server has for a name in an upstream warehouse, and the current policy version. */
export interface UpstreamRows {
  readonly policyVersion: number
  /**
   * The requested namespace, or if it has no row, its innermost parent that has one. Null when none of them
   * has a row.
   */
  readonly namespace: {
    readonly id: string
    readonly path: string
    readonly lineage: readonly string[]
    readonly owners: readonly string[]
  } | null
  readonly relation: UpstreamRelationRow | null
  /**
   * Id and state of the early-staged table with this name, which exists in the upstream catalog but is
   * hidden. Null when there is none.
   */
  readonly early: { readonly id: string; readonly state: string } | null
}

const resolve = statement(
  'upstream_resolve',
  `select p.version, n.id, n.path, array_to_string(n.lineage, ','), array_to_string(n.owners, ','),
     r.id, r.kind, r.uuid, r.owner_id, array_to_string(r.prefixes, E'\\n'), extract(epoch from r.not_before)::float8 * 1000, s.id, s.early
   from (select version from policy limit 1) p
   left join lateral (
     select id, path, lineage, owners from namespace
     where warehouse_id = $1 and path = any(string_to_array($2, E'\\x1e')) order by octet_length(path) desc limit 1) n on true
   left join lateral (select * from relation where namespace_id = n.id and n.path = $3 and name = $4 limit 1) r on true
   left join staged_relation s on s.namespace_id = n.id and n.path = $3 and s.name = $4 and s.early is not null`,
)

/**
 * Reads the database rows that belong to a name in an upstream warehouse, with one query.
 *
 * @param paths paths of the namespace and of all its parents, with levels joined by U+001F
 * @param name name of the table or view. Null to look up only the namespace
 */
export async function resolveUpstream(
  sql: Sql,
  warehouseId: string,
  paths: readonly string[],
  name: string | null,
): Promise<UpstreamRows> {
  const [path = ''] = paths
  return await sql.readCached(resolve, [warehouseId, paths.join('\u001e'), path, name], decodeRows)
}

function decodeRows(row: RowFields | null): UpstreamRows {
  if (row === null) throw new Error('The database contains no policy version.')
  const [version, namespaceId, namespacePath, lineage, owners, ...relation] = row
  const [id, kind, uuid, ownerId, prefixes, notBefore, earlyId, early] = relation
  return {
    policyVersion: Number(version),
    namespace: namespaceId
      ? { id: namespaceId, path: namespacePath ?? '', lineage: toList(lineage), owners: toList(owners) }
      : null,
    relation: id
      ? {
          id,
          kind: kind === 'view' ? 'view' : 'table',
          uuid: uuid ?? '',
          ownerId: ownerId ?? '',
          prefixes: prefixes ?? '',
          notBefore: Number(notBefore),
        }
      : null,
    early: earlyId ? { id: earlyId, state: early ?? '' } : null,
  }
}

function toList(text: string | null | undefined): string[] {
  return text ? text.split(',') : []
}

const addNamespace = statement(
  'upstream_namespace_add',
  `insert into namespace (id, warehouse_id, parent_id, path, lineage, owners, owner_id)
   select $1::uuid, $2::uuid, p.id, $3, coalesce(p.lineage, '{}') || $1::uuid, coalesce(p.owners, '{}') || $5::uuid, $5::uuid
   from (select 1) one left join namespace p on p.warehouse_id = $2::uuid and p.path = $4
   where p.id is not null or $4::text is null
   on conflict (warehouse_id, path) do nothing`,
)
const namespaceId = statement(
  'upstream_namespace_id',
  'select id from namespace where warehouse_id = $1 and path = $2',
)

export interface NewUpstreamNamespace {
  readonly id: string
  readonly warehouseId: string
  readonly path: string
  /** Path of the parent namespace, which must have a row. Null for a namespace at the top level. */
  readonly parentPath: string | null
  readonly ownerId: string
}

/** Adds a row for a namespace of the upstream catalog, unless it exists. Returns the id of the row. */
export async function recordUpstreamNamespace(
  sql: Queryable,
  { id, warehouseId, path, parentPath, ownerId }: NewUpstreamNamespace,
): Promise<string> {
  await sql.run(addNamespace, [id, warehouseId, path, parentPath, ownerId])
  const [row] = await sql.run<{ id: string }>(namespaceId, [warehouseId, path])
  if (row === undefined)
    throw new Error('the database row of an upstream namespace was deleted while the namespace was recorded')
  return row.id
}

export interface NewUpstreamRelation {
  readonly id: string
  readonly warehouseId: string
  readonly namespaceId: string
  readonly name: string
  readonly kind: IcebergKind
  readonly uuid: string
  readonly metadataLocation: string
  readonly location: string
  readonly prefixes: readonly string[]
  readonly ownerId: string
}

const findUuid = statement(
  'upstream_relation_uuid',
  `select r.id, r.kind, n.path, r.name from relation r join namespace n on n.id = r.namespace_id
   where r.warehouse_id = $1 and r.uuid = $2`,
)

/** Row that a table or view with a given UUID already has, with its recorded name. */
export interface UpstreamHolder {
  readonly id: string
  readonly kind: IcebergKind
  /** Path of the namespace, with levels joined by U+001F. */
  readonly path: string
  readonly name: string
}

/** Returns the row of the table or view with this UUID in an upstream warehouse, or null. */
export async function findUpstreamUuid(
  sql: Queryable,
  warehouseId: string,
  uuid: string,
): Promise<UpstreamHolder | null> {
  const [row] = await sql.run<UpstreamHolder>(findUuid, [warehouseId, uuid])
  return row ?? null
}

const forget = statement(
  'upstream_relation_forget',
  `with gone as (delete from relation where namespace_id = $1 and name = $2 and uuid <> $3 returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)
const add = statement(
  'upstream_relation_add',
  `insert into relation (id, warehouse_id, namespace_id, name, kind, uuid, metadata_location, location, prefixes, owner_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[], $10)
   on conflict (namespace_id, name) do update set metadata_location = excluded.metadata_location, location = excluded.location,
     prefixes = excluded.prefixes, version = relation.version + 1, updated_at = now()
   where relation.uuid = excluded.uuid
   returning id`,
)

/**
 * Adds a row for a table or view of an upstream catalog, or updates the locations in its row. If another
 * table had the name before, deletes the row of that table with its grants. The transaction fails when this
 * table has a row under another name, or when another replica records the same relation at the same time.
 *
 * @returns the id of the row
 */
export async function recordUpstreamRelation(tx: Queryable, row: NewUpstreamRelation): Promise<string> {
  await tx.run(forget, [row.namespaceId, row.name, row.uuid])
  const values = [
    row.id,
    row.warehouseId,
    row.namespaceId,
    row.name,
    row.kind,
    row.uuid,
    row.metadataLocation,
    row.location,
    row.prefixes,
    row.ownerId,
  ]
  const [added] = await tx.run<{ id: string }>(add, values)
  if (added === undefined) throw new Error('another table received the name while this table was recorded')
  return added.id
}

const remove = statement(
  'upstream_relation_remove',
  `with gone as (delete from relation where id = $1 returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)

/** Deletes the row of a relation that was dropped in the upstream catalog, with its grants. */
export async function removeUpstreamRelation(sql: Queryable, id: string): Promise<void> {
  await sql.run(remove, [id])
}

const makeRoom = statement(
  'upstream_relation_make_room',
  `with gone as (delete from relation where namespace_id = $2 and name = $3 and id <> $1 returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)
const move = statement(
  'upstream_relation_move',
  'update relation set namespace_id = $2, name = $3, version = version + 1, updated_at = now() where id = $1',
)

/**
 * Moves the row of a relation that was renamed in the upstream catalog to its new name. The row keeps its id,
 * and therefore its grants. If another relation had the new name before, first deletes the row of that
 * relation with its grants. Uses two statements, because PostgreSQL checks the uniqueness of names before a
 * deletion in the same statement takes effect.
 */
export async function moveUpstreamRelation(
  tx: Queryable,
  id: string,
  to: { readonly namespaceId: string; readonly name: string },
): Promise<void> {
  await tx.run(makeRoom, [id, to.namespaceId, to.name])
  await tx.run(move, [id, to.namespaceId, to.name])
}

const removeNamespace = statement(
  'upstream_namespace_remove',
  `with gone as (
     delete from relation where namespace_id in (select id from namespace where $1::uuid = any(lineage)) returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)
const deleteNamespace = statement(
  'upstream_namespace_delete',
  `with gone as (delete from namespace where $1::uuid = any(lineage) returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)

/**
 * Deletes the row of a namespace that was dropped in the upstream catalog, with all rows and grants below it.
 * Rows can remain below it because other clients of the upstream catalog may have dropped its tables.
 */
export async function removeUpstreamNamespace(tx: Queryable, id: string): Promise<void> {
  await tx.run(removeNamespace, [id])
  await tx.run(deleteNamespace, [id])
}

const stagedRows = statement('upstream_delete_staged', 'delete from staged_relation where warehouse_id = $1')
const relationRows = statement(
  'upstream_delete_relations',
  `with gone as (delete from relation where warehouse_id = $1 returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)
const namespaceRows = statement(
  'upstream_delete_namespaces',
  `with gone as (delete from namespace where warehouse_id = $1 returning id)
   delete from grant_entry g using gone where g.securable_id = gone.id`,
)

/** Deletes all rows of an upstream warehouse, with their grants, before the warehouse is deleted. */
export async function deleteUpstreamRows(tx: Queryable, warehouseId: string): Promise<void> {
  for (const rows of [stagedRows, relationRows, namespaceRows]) await tx.run(rows, [warehouseId])
}
