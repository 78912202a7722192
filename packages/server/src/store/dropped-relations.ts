import { randomUUID } from 'node:crypto'
import { type Queryable, statement } from './sql.ts'
import { digestSql, type RelationKind } from './relations.ts'
import { retireSql } from './retired-claims.ts'
import {
  type AuditRow,
  insertAuditSql,
  permittedSql,
  type CommitRecord,
  recordSql,
  runWithRecord,
} from './commit-record.ts'

/**
 * Kind of the jobs that delete the files of a dropped relation. The subject of such a job is the id of the relation.
 */
export const purgeJob = 'purge'

/** A dropped relation. Times are epoch milliseconds. */
export interface DroppedRelation {
  readonly id: string
  readonly kind: RelationKind
  readonly uuid: string
  /** Path of the namespace that contained the relation, for display. Another namespace may have this path now. */
  readonly path: string
  readonly name: string
  readonly version: number
  readonly metadataLocation: string
  readonly location: string
  readonly ownerId: string
  readonly droppedAt: number
  readonly droppedBy: string | null
  readonly expiresAt: number
  /**
   * True when the files of the relation are deleted at the end of its retention. False when only the row is deleted.
   */
  readonly purge: boolean
  /** True when a job is deleting the files of the relation, so that it cannot be restored. */
  readonly purging: boolean
  /**
   * Ids of the relation's former namespace and of its parents, from the outermost to the innermost, without
   * namespaces that were deleted.
   */
  readonly lineage: readonly string[]
  /** Ids of the owners of the namespaces in `lineage`, in the same order. */
  readonly owners: readonly string[]
  /**
   * Id of the former namespace, which may have been deleted. Null when the relation was dropped by a version of
   * Headgate that did not record the id.
   */
  readonly namespaceId: string | null
  readonly policyVersion: number
}

const columns = `r.id, r.kind, r.uuid, r.namespace_path as path, r.name, r.version, r.metadata_location as "metadataLocation", r.location,
  r.owner_id as "ownerId", r.dropped_at as "droppedAt", r.dropped_by as "droppedBy", r.expires_at as "expiresAt", r.purge,
  exists (select from job j where j.kind = '${purgeJob}' and j.subject_id = r.id and j.finished_at is null) as purging,
  n.lineage, n.owners, r.dropped_lineage[cardinality(r.dropped_lineage)] as "namespaceId", (select version from policy) as "policyVersion"`
// Finds the former namespaces by the ids that the drop recorded, and not by their paths. So the owner of a new
// namespace with the same path has no rights on relations of the former namespace.
const tables = `relation r cross join lateral (
     select coalesce(array_agg(a.id order by k.ord), '{}') as lineage, coalesce(array_agg(a.owner_id order by k.ord), '{}') as owners
     from unnest(r.dropped_lineage) with ordinality k(id, ord) join namespace a on a.id = k.id) n`

const byId = statement(
  'dropped_by_id',
  `select ${columns} from ${tables} where r.id = $1 and r.warehouse_id = $2 and r.dropped_at is not null`,
)

export async function findDropped(
  sql: Queryable,
  warehouseId: string,
  id: string,
): Promise<DroppedRelation | null> {
  return (await sql.run<DroppedRelation>(byId, [id, warehouseId]))[0] ?? null
}

const byUuid = statement(
  'dropped_by_uuid',
  `select ${columns} from ${tables} where r.warehouse_id = $1 and r.uuid = $2 and r.dropped_at is not null`,
)

/** Returns the dropped relation with this table or view UUID. */
export async function findDroppedByUuid(
  sql: Queryable,
  warehouseId: string,
  uuid: string,
): Promise<DroppedRelation | null> {
  return (await sql.run<DroppedRelation>(byUuid, [warehouseId, uuid]))[0] ?? null
}

// Lists dropped relations that the caller may see: as owner of the relation or of one of its former namespaces, or by
// a grant on one of them.
const page = statement(
  'dropped_page',
  `select ${columns} from ${tables}
   where r.warehouse_id = $1 and r.dropped_at is not null and ($2::text is null or r.namespace_path = $2)
     and ($3::text is null or (r.namespace_path, r.name, r.id) > ($3, $4, $5::uuid))
     and ($6::uuid[] is null or r.id = any($6) or n.lineage && $6::uuid[] or r.owner_id = any($7::uuid[]) or n.owners && $7::uuid[])
   order by r.namespace_path, r.name, r.id limit $8`,
)

export interface DroppedFilter {
  /**
   * Path of a former namespace. Only relations that were in this namespace are listed. Null for all
   * namespaces of the warehouse.
   */
  readonly path: string | null
  readonly after: { readonly path: string; readonly name: string; readonly id: string } | null
  /**
   * Ids of relations and namespaces that the caller may see. The result contains only relations for which the id or
   * owner of the relation, or of one of its former namespaces, is in `ids` or `owners`. Null for all relations.
   */
  readonly ids: readonly string[] | null
  readonly owners: readonly string[]
  readonly limit: number
}

/** Returns dropped relations of a warehouse in order of namespace path, name and id. */
export function listDropped(
  sql: Queryable,
  warehouseId: string,
  filter: DroppedFilter,
): Promise<DroppedRelation[]> {
  const { path, after, ids, owners, limit } = filter
  return sql.run<DroppedRelation>(page, [
    warehouseId,
    path,
    after?.path ?? null,
    after?.name ?? null,
    after?.id ?? null,
    ids,
    owners,
    limit,
  ])
}

// A purge and a restore of the same relation first lock its row and then read the other tables, so that the later
// transaction sees the changes of the earlier transaction.
const lock = statement(
  'dropped_lock',
  'select id from relation where id = $1 and dropped_at is not null for update',
)
const isPurging = statement(
  'dropped_purging',
  `select from job where kind = '${purgeJob}' and subject_id = $1 and finished_at is null`,
)

/** Locks the row of a dropped relation until the transaction ends, and returns the state of the relation. */
export async function lockDropped(tx: Queryable, id: string): Promise<'gone' | 'dropped' | 'purging'> {
  if ((await tx.run(lock, [id])).length === 0) return 'gone'
  return (await tx.run(isPurging, [id])).length > 0 ? 'purging' : 'dropped'
}

const restore = statement(
  'dropped_restore',
  `with written as (
     update relation set version = version + 1, namespace_id = $2, name = $3, namespace_path = null, dropped_at = null, dropped_by = null,
       dropped_lineage = null, expires_at = null, purge = false, updated_at = now()
     where id = $1 and dropped_at is not null and (select version from policy) = $4 returning id),
   ${recordSql(5)}
   select id from written where ${permittedSql(4)}`,
)

/**
 * Restores a dropped relation under a name. The caller has locked the row of the relation. Returns false when the
 * policy version changed. Throws the constraint violation when the name is in use or the namespace was deleted.
 */
export async function restoreDropped(
  tx: Queryable,
  id: string,
  to: { readonly namespaceId: string; readonly name: string },
  record: CommitRecord,
): Promise<boolean> {
  return (await runWithRecord(tx, restore, [id, to.namespaceId, to.name], record)).length === 1
}

const expireNow = statement(
  'dropped_expire_now',
  `with written as (
     update relation set expires_at = least(expires_at, now()), purge = true
     where id = $1 and dropped_at is not null and (select version from policy) = $2 returning id),
   ${recordSql(3)}
   select id from written where ${permittedSql(2)}`,
)

/**
 * Ends the retention of a dropped relation, so that its purge starts. Returns false when the relation does not exist
 * any more, or when the policy version changed.
 */
export async function endRetention(sql: Queryable, id: string, record: CommitRecord): Promise<boolean> {
  return (await runWithRecord(sql, expireNow, [id], record)).length === 1
}

const due = statement(
  'dropped_due',
  `select r.id, r.warehouse_id as "warehouseId", r.purge, w.name || ':' || replace(r.namespace_path, E'\\x1f', '.') || '.' || r.name as object
   from relation r join warehouse w on w.id = r.warehouse_id
   where r.dropped_at is not null and r.expires_at <= now()
     and not exists (select from job j where j.kind = '${purgeJob}' and j.subject_id = r.id and j.finished_at is null)
   order by r.expires_at limit $1 for update of r skip locked`,
)

/** Dropped relation whose retention has ended, so that its files or its row can be deleted. */
export interface DueRelation {
  readonly id: string
  readonly warehouseId: string
  readonly purge: boolean
  /** Name of the warehouse, namespace and relation in one text, for the audit event. */
  readonly object: string
}

/**
 * Returns dropped relations whose retention has ended, and locks their rows until the transaction ends. Skips rows
 * that another transaction has locked.
 */
export function lockDue(tx: Queryable, limit: number): Promise<DueRelation[]> {
  return tx.run<DueRelation>(due, [limit])
}

const insertPurges = statement(
  'dropped_start_purges',
  `insert into job (id, kind, subject_id, payload) select j.id, '${purgeJob}', j.relation_id, '{}'
   from unnest($1::uuid[], $2::uuid[]) j(id, relation_id) on conflict (kind, subject_id) where finished_at is null do nothing`,
)

/** Creates the jobs that delete the files of dropped relations. The caller has locked the rows of the relations. */
export async function startPurges(tx: Queryable, relationIds: readonly string[]): Promise<void> {
  await tx.run(insertPurges, [relationIds.map(() => randomUUID()), relationIds])
}

const forget = statement(
  'dropped_forget',
  `with written as (delete from relation where id = any($1::uuid[]) and dropped_at is not null returning id, created_at),
   ${retireSql('written')},
   audited as (${insertAuditSql(2, 'written')})
   select id from written`,
)

/**
 * Deletes the rows of dropped relations, and marks their location claims as retired, so that new tables cannot use
 * the locations yet.
 */
export async function forgetDropped(
  sql: Queryable,
  ids: readonly string[],
  audit: readonly AuditRow[],
): Promise<void> {
  await sql.run(forget, [ids, JSON.stringify(audit)])
}

const toPurge = statement(
  'purge_subject',
  `select r.id, r.warehouse_id as "warehouseId", w.name as warehouse, r.kind, r.metadata_location as "metadataLocation", r.location,
     r.uuid, ${digestSql} as digest, array_to_string(r.prefixes, E'\\n') as prefixes, r.body, r.body_length as length, r.body_crc as crc,
     w.name || ':' || replace(r.namespace_path, E'\\x1f', '.') || '.' || r.name as object
   from relation r join warehouse w on w.id = r.warehouse_id where r.id = $1 and r.dropped_at is not null`,
)

/** Dropped relation whose files a purge job deletes, with its locations and its metadata. */
export interface PurgeSubject {
  readonly id: string
  readonly uuid: string
  /** SHA-256 of the metadata text, in hex. Null when the digest is not recorded yet. */
  readonly digest: string | null
  /** Canonical prefixes of the current locations of the relation, one per line. */
  readonly prefixes: string
  readonly warehouseId: string
  readonly warehouse: string
  readonly kind: RelationKind
  readonly metadataLocation: string
  readonly location: string
  /** Compressed metadata text. Null when the text is too large for the row. */
  readonly body: Buffer | null
  readonly length: number
  readonly crc: number
  readonly object: string
}

/**
 * Returns the dropped relation with the data that its purge needs. Returns null when the relation does not exist any
 * more, because its purge is complete.
 */
export async function findPurgeSubject(sql: Queryable, id: string): Promise<PurgeSubject | null> {
  return (await sql.run<PurgeSubject>(toPurge, [id]))[0] ?? null
}
