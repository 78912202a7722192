import type { Queryable } from './sql.ts'
import { statement } from './sql.ts'
import { randomVersionSql } from './random-version.ts'
import { type RowVersion, rowVersionSql, rowVersionValues } from './relation-writes.ts'
import { retireSql } from './retired-claims.ts'
import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'

/**
 * Returns an SQL condition for the state of a relation and the policy version. It is true when the row of the
 * relation has the values of the first five parameters (`rowVersionValues`) and the policy has the version in
 * parameter `$n`.
 */
function rowVersion(n: number): string {
  return `${rowVersionSql} and (select version from policy) = $${n}`
}

const drop = statement(
  'relation_drop',
  `with written as (
     update relation set version = version + 1, namespace_id = null, namespace_path = $6, dropped_at = now(), dropped_by = $7,
       dropped_lineage = (select n.lineage from namespace n where n.id = $3), expires_at = now() + make_interval(secs => $8), purge = $9
     where ${rowVersion(10)} and not protected returning id),
   ${recordSql(11)}
   select id from written where ${permittedSql(10)}`,
)

export interface Drop {
  readonly rowVersion: RowVersion
  readonly path: string
  readonly principalId: string
  readonly retentionSeconds: number
  readonly purge: boolean
}

/**
 * Drops a relation. Its name can be used again immediately. Its row remains until the end of its retention,
 * with the ids of its former namespaces. Returns false when the relation or the policy changed, or when the
 * relation is protected.
 */
export async function dropRelation(sql: Queryable, change: Drop, record: CommitRecord): Promise<boolean> {
  const { path, principalId, retentionSeconds, purge } = change
  const values = [...rowVersionValues(change.rowVersion), path, principalId, retentionSeconds, purge]
  return (await runWithRecord(sql, drop, values, record)).length === 1
}

const remove = statement(
  'relation_delete',
  `with written as (delete from relation where ${rowVersion(6)} and not protected returning id, created_at),
   ungranted as (delete from grant_entry g using written where g.securable_id = written.id returning 1),
   ${retireSql('written')},
   ${recordSql(7)}
   select id from written where ${permittedSql(6, ['idempotency_row', 'ungranted', 'retired'])}`,
)

/**
 * Deletes a relation without a retention. Does not delete its files, and retires its locations, so that new tables
 * cannot use them yet. Returns false when the relation or the policy changed, or when the relation is protected.
 */
export async function deleteRelation(sql: Queryable, at: RowVersion, record: CommitRecord): Promise<boolean> {
  return (await runWithRecord(sql, remove, rowVersionValues(at), record)).length === 1
}

const rename = statement(
  'relation_rename',
  `with written as (
     update relation set version = version + 1, namespace_id = $6, name = $7, updated_at = now() where ${rowVersion(8)} returning id),
   ${recordSql(9)},
   permitted as materialized (select id from written where ${permittedSql(8)}),
   bumped as (
     update policy set version = ${randomVersionSql}
     from permitted where $6::uuid <> $3::uuid and exists (select from grant_entry g where g.securable_id = permitted.id)
     returning pg_notify('headgate', 'policy:' || version))
   select id from permitted`,
)

/**
 * Renames a relation. If a relation with grants moves to another namespace, also changes the policy version, because
 * a grant on a relation includes the right to access its parent namespaces. Returns false when the relation or the
 * policy changed. Throws the constraint violation when the name is in use or the namespace was deleted.
 */
export async function renameRelation(
  sql: Queryable,
  at: RowVersion,
  to: { readonly namespaceId: string; readonly name: string },
  record: CommitRecord,
): Promise<boolean> {
  const values = [...rowVersionValues(at), to.namespaceId, to.name]
  return (await runWithRecord(sql, rename, values, record)).length === 1
}
