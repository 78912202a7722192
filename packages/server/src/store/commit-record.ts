import { type Queryable, type Statement, statement } from './sql.ts'

/**
 * Audit rows and idempotency row that a change writes in its transaction, and functions that run before and after it.
 * The change is written only if the policy still has the version with which the change was authorized.
 */
export interface CommitRecord {
  readonly policyVersion: number
  readonly audit: readonly AuditRow[]
  readonly idempotency: IdempotencyRow | null
  /**
   * Runs right before the change is sent to the database, possibly several times. An error that it throws prevents the
   * change.
   */
  readonly onSend?: () => void
  /** Runs after the transaction of the change is committed. */
  readonly onCommit?: () => void
}

/** Row of the table `audit` in the JSON form that the SQL statements expect. */
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
  /**
   * Metadata location of a table that the request unregistered. The response to a repeated request needs this location,
   * because the row of the table was deleted.
   */
  readonly metadata_location: string | null
  /** SHA-256 of the text at `metadata_location`, in hex. */
  readonly metadata_digest: string | null
  readonly error: { readonly code: string; readonly message: string } | null
  readonly expires_at: number
}

/** Members of an idempotency row that are known before the change is made: all members except the result. */
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

/** Returns SQL that inserts the audit rows in parameter `$n` if the table expression `from` contains a row. */
export function insertAuditSql(n: number, from: string): string {
  return auditSql(`jsonb_to_recordset($${n}::jsonb) a(${auditTypes}) where exists (select from ${from})`)
}

function auditSql(source: string): string {
  return `insert into audit (${auditColumns}) select ${auditColumns.replaceAll(/\w+/g, 'a.$&')} from ${source}`
}

/**
 * Returns SQL that inserts the idempotency row in parameter `$n` if the table expression `from` contains a row. The
 * value `{}` inserts no idempotency row.
 */
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

/**
 * Returns SQL that inserts the audit rows in parameter `$n` and the idempotency row in parameter `$n + 1` if the
 * table expression `written` contains a row. The SQL defines the table expressions `audited` and `idempotency_row`; `idempotency_row` contains
 * a row if an idempotency row was inserted.
 */
export function recordSql(n: number): string {
  return `audited as (${insertAuditSql(n, 'written')}), idempotency_row as (${insertIdempotencySql(n + 1, 'written')} returning 1)`
}

/**
 * Returns an SQL condition that checks the policy version after the statement has waited for all locks that
 * it needs. If the policy has another version, the condition makes the statement fail with a serialization
 * failure (see the migration `policy-check`). The pool then runs the statement again. In this second run, the
 * comparison at the start of the statement fails, so that the statement changes nothing.
 *
 * The comparison with `(select version from policy)` in the statement is not enough, because it reads the
 * snapshot from the start of the statement, and a revocation may be committed while the statement waits for a
 * row lock.
 *
 * @param version the expected policy version: a column, or the number of a parameter
 * @param after names of the table expressions that wait for locks. They must return rows
 */
export function permittedSql(
  version: number | string,
  after: readonly string[] = ['idempotency_row'],
): string {
  const value = typeof version === 'number' ? `$${version}` : version
  return `policy_is(${value}, ${after.map((part) => `(select count(*) from ${part})`).join(' + ')})`
}

/**
 * SQL that inserts the audit rows and idempotency rows of several changes. Each row of the table expression
 * `written` stands for one change, and its columns `audit` and `idempotency` contain the rows to insert. The
 * SQL inserts idempotency keys in a fixed order, so that two statements with common keys do not deadlock.
 */
export const eachRecordSql: string = `audited as (${auditSql(`written w, jsonb_to_recordset(w.audit) a(${auditTypes})`)}),
   idempotency_row as (${idempotencySql(`written w, jsonb_to_record(w.idempotency) i(${idempotencyTypes}) where i.key is not null order by i.principal_id, i.key`)} returning 1)`

/** Calls `onSend` of a record. Returns false when it throws, so that the change must not be sent to the database. */
export function trySend({ onSend }: CommitRecord): boolean {
  try {
    onSend?.()
    return true
  } catch {
    return false
  }
}

/**
 * Runs a statement that makes a change and inserts the audit and idempotency rows of the change. The last three
 * parameters of the statement must be the policy version and the two parameters of `recordSql`. The statement returns
 * a row if the change was written.
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

/**
 * Inserts the audit and idempotency rows of a change with a separate statement, for a transaction whose other
 * statements do not insert them.
 */
export async function writeRecord(sql: Queryable, record: CommitRecord): Promise<void> {
  record.onSend?.()
  await sql.run(write, recordValues(record))
  if (record.onCommit) sql.afterCommit(record.onCommit)
}

function recordValues({ audit, idempotency }: CommitRecord): [string, string] {
  return [JSON.stringify(audit), JSON.stringify(idempotency ?? {})]
}
