import { type Queryable, type Statement, statement } from './sql.ts'

/**
 * Rows that a change writes in its own transaction, and the hooks around it. The change is written only while the policy
 * has the version that allowed it.
 */
export interface CommitRecord {
  readonly policyVersion: number
  readonly audit: readonly AuditRow[]
  readonly idempotency: IdempotencyRow | null
  /** Runs right before the change is sent to the database. An error that it throws prevents the change. */
  readonly onSend?: () => void
  /** Runs after the transaction is committed. */
  readonly onCommit?: () => void
}

/** JSON form of one `audit` row. */
export interface AuditRow {
  readonly request_id: string
  readonly principal_id: string | null
  readonly principal: string
  readonly actors: readonly string[]
  readonly operation: string
  readonly securable_kind: string | null
  readonly securable_id: string | null
  readonly object: string | null
  readonly privilege: string | null
  readonly outcome: string
  readonly reason: string | null
  readonly user_agent: string | null
  readonly detail: Readonly<Record<string, unknown>> | null
  readonly query_id: string | null
}

/** JSON form of one `idempotency` row. `digest` is hex, `expires_at` epoch seconds. */
export interface IdempotencyRow {
  readonly principal_id: string
  readonly key: string
  readonly operation: string
  readonly digest: string
  readonly status: number
  readonly relation_id: string | null
  /** Metadata file of an unregistered table, whose row is deleted. */
  readonly metadata_location: string | null
  /** SHA-256 of the text at `metadata_location`, in hex. */
  readonly metadata_digest: string | null
  readonly error: { readonly code: string; readonly message: string } | null
  readonly expires_at: number
}

/** The part of an idempotency row that is known before the change. */
export type IdempotencyKey = Omit<
  IdempotencyRow,
  'relation_id' | 'metadata_location' | 'metadata_digest' | 'error'
>

export const auditColumns: string =
  'request_id, principal_id, principal, actors, operation, securable_kind, securable_id, object, privilege, outcome, reason, user_agent, detail, query_id'
export const auditTypes: string =
  'request_id text, principal_id uuid, principal text, actors jsonb, operation text, securable_kind text, securable_id uuid, object text, privilege text, outcome text, reason text, user_agent text, detail jsonb, query_id text'
const idempotencyTypes =
  'principal_id uuid, key uuid, operation text, digest text, status smallint, relation_id uuid, metadata_location text, metadata_digest text, error jsonb, expires_at double precision'

/** Returns SQL that inserts the audit rows of parameter `$n` if `from` has a row. */
export function insertAuditSql(n: number, from: string): string {
  return auditSql(`jsonb_to_recordset($${n}::jsonb) a(${auditTypes}) where exists (select from ${from})`)
}

function auditSql(source: string): string {
  return `insert into audit (${auditColumns}) select ${auditColumns.replaceAll(/\w+/g, 'a.$&')} from ${source}`
}

/** Returns SQL that stores the idempotent outcome of parameter `$n` (`{}`: none) if `from` has a row. */
export function insertIdempotencySql(n: number, from: string): string {
  return idempotencySql(
    `jsonb_to_record($${n}::jsonb) i(${idempotencyTypes}) where i.key is not null and exists (select from ${from})`,
  )
}

function idempotencySql(source: string): string {
  return `insert into idempotency (principal_id, key, operation, digest, status, relation_id, metadata_location, metadata_digest, error, expires_at)
    select i.principal_id, i.key, i.operation, decode(i.digest, 'hex'), i.status, i.relation_id, i.metadata_location, decode(i.metadata_digest, 'hex'), i.error, to_timestamp(i.expires_at)
    from ${source}`
}

/** Returns SQL that inserts the record of a change, the parameters `$n` and `$n + 1`, if `written` has a row. */
export function recordSql(n: number): string {
  return `audited as (${insertAuditSql(n, 'written')}), kept as (${insertIdempotencySql(n + 1, 'written')} returning 1)`
}

/**
 * Returns an SQL condition for the rows that a change returns: the policy has this version after the change has waited for
 * every lock that it needs. Otherwise the statement fails with a serialization failure (see the migration `policy-check`).
 * The pool then runs it again, and the comparison in its own text finds no row.
 *
 * The comparison with `(select version from policy)` in the statement is not enough: it reads the snapshot that the
 * statement began with, and a revocation may be acknowledged while the statement waits for a row.
 *
 * @param version a column, or the number of a parameter
 * @param after other parts of the statement that wait for locks. They must return rows
 */
export function permittedSql(version: number | string, after: readonly string[] = ['kept']): string {
  const value = typeof version === 'number' ? `$${version}` : version
  return `policy_is(${value}, ${after.map((part) => `(select count(*) from ${part})`).join(' + ')})`
}

/**
 * SQL that inserts the records of several changes: each row of `written` has its record in the columns `audit` and
 * `idempotency`. The keys are inserted in a fixed order, so that two statements with common keys do not deadlock.
 */
export const eachRecordSql: string = `audited as (${auditSql(`written w, jsonb_to_recordset(w.audit) a(${auditTypes})`)}),
   kept as (${idempotencySql(`written w, jsonb_to_record(w.idempotency) i(${idempotencyTypes}) where i.key is not null order by i.principal_id, i.key`)} returning 1)`

/** Runs `onSend`. Returns false when it throws: the change must not be sent. */
export function trySend({ onSend }: CommitRecord): boolean {
  try {
    onSend?.()
    return true
  } catch {
    return false
  }
}

/**
 * Runs the statement of a change together with its record. The last three parameters of the statement are the policy
 * version and the parameters of `recordSql`. It returns a row if the change was written.
 */
export async function runWithRecord<Row>(
  sql: Queryable,
  change: Statement,
  values: readonly unknown[],
  record: CommitRecord,
): Promise<Row[]> {
  const { policyVersion, onSend, onCommit } = record
  onSend?.()
  const rows = await sql.run<Row>(change, [...values, policyVersion, ...recordValues(record)])
  if (rows.length > 0 && onCommit) sql.afterCommit(onCommit)
  return rows
}

const write = statement('record_write', `with written as (select 1), ${recordSql(1)} select 1`)

/** Writes the record of a transaction with several statements, or of a statement that has no parameters for it. */
export async function writeRecord(sql: Queryable, record: CommitRecord): Promise<void> {
  record.onSend?.()
  await sql.run(write, recordValues(record))
  if (record.onCommit) sql.afterCommit(record.onCommit)
}

function recordValues({ audit, idempotency }: CommitRecord): [string, string] {
  return [JSON.stringify(audit), JSON.stringify(idempotency ?? {})]
}
