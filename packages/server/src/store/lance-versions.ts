import { type CommitRecord, permittedSql, recordSql, runWithRecord } from './commit-record.ts'
import { type RowVersion, rowVersionSql, rowVersionValues } from './relation-writes.ts'
import { type Queryable, statement } from './sql.ts'

/** Version of a Lance table. `branch` is empty for the main branch. */
export interface VersionKey {
  readonly relationId: string
  readonly branch: string
  readonly version: number
}

/** Version that is not visible: its batch is not committed, or its manifest must be removed, or was removed. */
export interface OpenVersion extends VersionKey {
  readonly state: 'pending' | 'aborted' | 'deleted' | 'removed'
  readonly manifest: string
  /** SHA-256 of the manifest that the batch publishes, in hex. Null for a deleted version. */
  readonly digest: string | null
  readonly batchId: string | null
  /** True when the time has ended in which only the process of the batch may decide. */
  readonly isExpired: boolean
  /** Time since the last change of the state when the row was read, in seconds. */
  readonly age: number
}

/** Committed version, as a request created it. */
export interface NewVersion extends Omit<VersionKey, 'relationId'> {
  readonly manifest: string
  /** Location of the manifest that the client wrote before the commit. */
  readonly staged: string
  readonly digest: string
  readonly metadata: Readonly<Record<string, string>>
  readonly principalId: string
}

const openColumns = `relation_id as "relationId", branch, version, state, manifest, encode(digest, 'hex') as digest, batch_id as "batchId",
  coalesce(ends_at <= now(), false) as "isExpired", extract(epoch from clock_timestamp() - changed_at)::float8 as age`

const open = statement(
  'lance_versions_open',
  `select ${openColumns} from lance_version where relation_id = $1 and state <> 'committed'`,
)

/** Returns the versions of a table that are not visible. */
export async function listOpenVersions(sql: Queryable, relationId: string): Promise<OpenVersion[]> {
  return await sql.run<OpenVersion>(open, [relationId])
}

/** Data of a committed version that its manifest does not contain. */
export interface VersionRecord {
  readonly version: number
  readonly staged: string | null
  readonly metadata: Readonly<Record<string, string>>
}

const find = statement(
  'lance_versions_find',
  `select version, staged, metadata from lance_version
   where relation_id = $1 and branch = $2 and version = any($3::bigint[]) and state = 'committed'`,
)

/** Returns the records of committed versions. Versions that clients committed in the storage have none. */
export async function findVersionRecords(
  sql: Queryable,
  { relationId, branch }: Omit<VersionKey, 'version'>,
  versions: readonly number[],
): Promise<VersionRecord[]> {
  return await sql.run<VersionRecord>(find, [relationId, branch, versions])
}

/** Number of the latest versions of a branch whose records are kept. */
const keptRecords = 10_000

const write = statement(
  'lance_version_write',
  `with found as (select id from relation where ${rowVersionSql} and (select version from policy) = $13 for share),
   written as (
     insert into lance_version (relation_id, branch, version, state, manifest, staged, digest, metadata, principal_id)
     select id, $6, $7, 'committed', $8, $9, decode($10, 'hex'), $11::jsonb, $12 from found
     on conflict (relation_id, branch, version) do update set state = 'committed', manifest = excluded.manifest, staged = excluded.staged,
       digest = excluded.digest, metadata = excluded.metadata, principal_id = excluded.principal_id, batch_id = null, ends_at = null, changed_at = now()
     returning relation_id as id),
   pruned as (delete from lance_version v using written w
     where v.relation_id = w.id and v.branch = $6 and v.version < $7 - ${keptRecords} and v.state = 'committed' returning 1),
   ${recordSql(14)}
   select id from written where ${permittedSql(13, ['idempotency_row', 'pruned'])}`,
)

/**
 * Records a version whose manifest is published, if the row of the table is still in the expected state. A record with
 * the same number is outdated, because the storage accepts only one manifest for each version. Returns false, without a
 * change, when the table or the policy changed.
 */
export async function recordVersion(
  sql: Queryable,
  rowVersion: RowVersion,
  { branch, version, manifest, staged, digest, metadata, principalId }: NewVersion,
  record: CommitRecord,
): Promise<boolean> {
  const values = [branch, version, manifest, staged, digest, JSON.stringify(metadata), principalId]
  const rows = await runWithRecord(sql, write, [...rowVersionValues(rowVersion), ...values], record)
  return rows.length === 1
}

const forgetOutdated = statement(
  'lance_versions_forget_outdated',
  `delete from lance_version v using jsonb_to_recordset($1::jsonb) r("relationId" uuid, branch text, version bigint, outdated text)
   where v.relation_id = r."relationId" and v.branch = r.branch and v.version = r.version and v.state = 'committed' and v.staged = r.outdated`,
)

const reserve = statement(
  'lance_versions_reserve',
  `insert into lance_version (relation_id, branch, version, state, manifest, staged, digest, metadata, principal_id, batch_id, ends_at)
   select r."relationId", r.branch, r.version, 'pending', r.manifest, r.staged, decode(r.digest, 'hex'), r.metadata, r."principalId", $2, now() + make_interval(secs => $3)
   from jsonb_to_recordset($1::jsonb) r("relationId" uuid, branch text, version bigint, manifest text, staged text, digest text, metadata jsonb, "principalId" uuid)
   order by r."relationId", r.branch, r.version
   on conflict (relation_id, branch, version) do update set state = 'pending', manifest = excluded.manifest, staged = excluded.staged,
     digest = excluded.digest, metadata = excluded.metadata, principal_id = excluded.principal_id, batch_id = excluded.batch_id, ends_at = excluded.ends_at, changed_at = now()
   where lance_version.state = 'removed'
   returning 1`,
)

/** Version that a batch reserves. */
export interface ReservedRow extends NewVersion, VersionKey {
  /**
   * `staged` of the committed record that the version had when the batch was planned. The version follows the latest one
   * in the storage, so this record is outdated. Null: it had none.
   */
  readonly outdated: string | null
}

/**
 * Reserves versions for a batch, and deletes their outdated records. Returns the number of reserved versions: it is lower
 * when another request has reserved or committed one of them.
 *
 * @param seconds time after which any process may abort the batch
 */
export async function reserveVersions(
  tx: Queryable,
  versions: readonly ReservedRow[],
  { batchId, seconds }: { readonly batchId: string; readonly seconds: number },
): Promise<number> {
  const rows = JSON.stringify(versions)
  if (versions.some(({ outdated }) => outdated !== null)) await tx.run(forgetOutdated, [rows])
  return (await tx.run(reserve, [rows, batchId, seconds])).length
}

const commit = statement(
  'lance_batch_commit',
  `update lance_version set state = 'committed', batch_id = null, ends_at = null, changed_at = now()
   where batch_id = $1 and state = 'pending' and ends_at > now() returning 1`,
)

/** Commits the reserved versions of a batch. Returns their number. */
export async function commitBatch(tx: Queryable, batchId: string): Promise<number> {
  return (await tx.run(commit, [batchId])).length
}

const abort = statement(
  'lance_batch_abort',
  `update lance_version set state = 'aborted', ends_at = null, changed_at = clock_timestamp()
   where batch_id = $1 and state = 'pending' and ($2 or ends_at <= now()) returning ${openColumns}`,
)

/**
 * Aborts a batch that is not committed, and returns its versions.
 *
 * @param isOwn true for the process of the batch. Other processes abort only expired batches
 */
export async function abortBatch(sql: Queryable, batchId: string, isOwn: boolean): Promise<OpenVersion[]> {
  return await sql.run<OpenVersion>(abort, [batchId, isOwn])
}

const markDeleted = statement(
  'lance_versions_delete',
  `insert into lance_version (relation_id, branch, version, state, manifest)
   select $1, $2, d.version, 'deleted', d.manifest from unnest($3::bigint[], $4::text[]) d(version, manifest)
   on conflict (relation_id, branch, version) do update set state = 'deleted', manifest = excluded.manifest, batch_id = null, ends_at = null, changed_at = now()`,
)

/** Hides versions. Their manifests are removed afterwards. */
export async function markDeletedVersions(
  tx: Queryable,
  { relationId, branch }: Omit<VersionKey, 'version'>,
  versions: readonly { readonly version: number; readonly location: string }[],
): Promise<void> {
  const numbers = versions.map(({ version }) => version)
  await tx.run(markDeleted, [relationId, branch, numbers, versions.map(({ location }) => location)])
}

const lock = statement(
  'lance_version_lock',
  `select 1 from lance_version where relation_id = $1 and branch = $2 and version = $3 and state = $4 and batch_id is not distinct from $5 for update`,
)
const remove = statement(
  'lance_version_remove',
  `update lance_version set state = $4, batch_id = null, changed_at = clock_timestamp() where relation_id = $1 and branch = $2 and version = $3`,
)

/** Locks an aborted or deleted version until the end of the transaction. Returns false when another process removed it. */
export async function lockHidden(
  tx: Queryable,
  { relationId, branch, version, state, batchId }: OpenVersion,
): Promise<boolean> {
  return (await tx.run(lock, [relationId, branch, version, state, batchId])).length === 1
}

/**
 * Sets the state of a locked version: `removed` after its manifest was removed, or `committed` when a later version
 * contains its changes.
 */
export async function setVersionState(
  tx: Queryable,
  { relationId, branch, version }: VersionKey,
  state: 'removed' | 'committed',
): Promise<void> {
  await tx.run(remove, [relationId, branch, version, state])
}

const forget = statement(
  'lance_versions_forget',
  `delete from lance_version where state = 'removed' and changed_at < now() - interval '10 minutes'`,
)

/** Deletes the records of removed versions that no running request can have listed. */
export async function forgetRemovedVersions(sql: Queryable): Promise<void> {
  await sql.run(forget)
}

const forgetAll = statement('lance_versions_forget_all', 'delete from lance_version where relation_id = $1')

/** Deletes all records of a table, whose files are at another location now. */
export async function forgetVersions(tx: Queryable, relationId: string): Promise<void> {
  await tx.run(forgetAll, [relationId])
}

const unsettled = statement(
  'lance_versions_unsettled',
  `select distinct r.id as "relationId", w.name as warehouse from lance_version v join relation r on r.id = v.relation_id join warehouse w on w.id = r.warehouse_id
   where v.state in ('pending', 'aborted', 'deleted') and coalesce(v.ends_at, v.changed_at + interval '1 minute') <= now()
   order by r.id limit $1`,
)

/** Returns tables whose hidden versions no running request removes, each with the name of its warehouse. */
export async function listUnsettledTables(
  sql: Queryable,
  limit: number,
): Promise<{ readonly relationId: string; readonly warehouse: string }[]> {
  return await sql.run(unsettled, [limit])
}
