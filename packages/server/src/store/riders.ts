import { type Queryable, type Statement, statement } from './sql.ts'

/**
 * What travels with every change and is written in its transaction or not at all: the audit events, the answer kept
 * for an idempotent replay, and the policy version under which it was allowed.
 */
export interface Riders {
  readonly policyVersion: number
  readonly audit: readonly AuditRow[]
  readonly idempotency: IdempotencyRow | null
  /** Called right before the change is sent; what it throws keeps the change from being made. */
  readonly begin?: () => void
  /** Called when the change is committed, and they with it. */
  readonly done?: () => void
}

/** Columns of one `audit` row, as JSON. */
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

/** Columns of one `idempotency` row, as JSON. `digest` is hex, `expires_at` epoch seconds. */
export interface IdempotencyRow {
  readonly principal_id: string
  readonly key: string
  readonly operation: string
  readonly digest: string
  readonly status: number
  readonly relation_id: string | null
  /** Of what was handed over and is in no row any more (unregister). */
  readonly metadata_location: string | null
  /** Of the text at `metadata_location`, in hex. */
  readonly metadata_digest: string | null
  readonly error: { readonly code: string; readonly message: string } | null
  readonly expires_at: number
}

export const auditColumns: string =
  'request_id, principal_id, principal, actors, operation, securable_kind, securable_id, object, privilege, outcome, reason, user_agent, detail, query_id'
export const auditTypes: string =
  'request_id text, principal_id uuid, principal text, actors jsonb, operation text, securable_kind text, securable_id uuid, object text, privilege text, outcome text, reason text, user_agent text, detail jsonb, query_id text'
const idempotencyTypes =
  'principal_id uuid, key uuid, operation text, digest text, status smallint, relation_id uuid, metadata_location text, metadata_digest text, error jsonb, expires_at double precision'

/** SQL that inserts the audit rows of parameter `$n`, once for each row of `from` (none, when nothing was changed). */
export function insertAuditSql(n: number, from: string): string {
  return auditSql(`jsonb_to_recordset($${n}::jsonb) a(${auditTypes}) where exists (select from ${from})`)
}

function auditSql(source: string): string {
  return `insert into audit (${auditColumns}) select ${auditColumns.replaceAll(/\w+/g, 'a.$&')} from ${source}`
}

/** SQL that keeps the answer of parameter `$n` (null: none) for a replay, when `from` has a row. */
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

/** SQL that writes the riders of a change: the parameters `$n` and the next one, when `written` has a row. */
export function ridersSql(n: number): string {
  return `audited as (${insertAuditSql(n, 'written')}), kept as (${insertIdempotencySql(n + 1, 'written')} returning 1)`
}

/**
 * SQL condition for the rows that a change returns: the policy has the version of `version`, a column or the number of a
 * parameter, after the change has waited for every lock that it needs. Otherwise the statement fails with a serialization
 * failure (see the migration `policy-check`): the pool runs it again, and then its own comparison finds no row.
 *
 * The comparison with `(select version from policy)` in the statement is not enough. It sees the snapshot that the statement
 * began with, and a revocation may be acknowledged while the statement waits for a row.
 *
 * @param after other parts of the statement that wait for locks. They must return rows
 */
export function permittedSql(version: number | string, after: readonly string[] = ['kept']): string {
  const value = typeof version === 'number' ? `$${version}` : version
  return `policy_is(${value}, ${after.map((part) => `(select count(*) from ${part})`).join(' + ')})`
}

/**
 * The same for several changes: each row of `written` has its riders in the columns `audit` and `idempotency`. Keys are
 * kept in one order everywhere, so that two who have the same ones do not wait for each other.
 */
export const ridersOfEachSql: string = `audited as (${auditSql(`written w, jsonb_to_recordset(w.audit) a(${auditTypes})`)}),
   kept as (${idempotencySql(`written w, jsonb_to_record(w.idempotency) i(${idempotencyTypes}) where i.key is not null order by i.principal_id, i.key`)} returning 1)`

/** Says that a change is sent now; false: it may not be made any more. */
export function tryBegin({ begin }: Riders): boolean {
  try {
    begin?.()
    return true
  } catch {
    return false
  }
}

/**
 * Runs a change with its riders. The last three parameters of its statement are the policy version and those of
 * `ridersSql`; its rows tell whether it happened.
 */
export async function runWithRiders<Row>(
  sql: Queryable,
  change: Statement,
  values: readonly unknown[],
  riders: Riders,
): Promise<Row[]> {
  const { policyVersion, begin, done } = riders
  begin?.()
  const rows = await sql.run<Row>(change, [...values, policyVersion, ...ridersValues(riders)])
  if (rows.length > 0 && done) sql.afterCommit(done)
  return rows
}

const write = statement('riders_write', `with written as (select 1), ${ridersSql(1)} select 1`)

/** Writes the riders by themselves: the end of a transaction with several changes, or a change without columns for them. */
export async function writeRiders(sql: Queryable, riders: Riders): Promise<void> {
  riders.begin?.()
  await sql.run(write, ridersValues(riders))
  if (riders.done) sql.afterCommit(riders.done)
}

function ridersValues({ audit, idempotency }: Riders): [string, string] {
  return [JSON.stringify(audit), JSON.stringify(idempotency ?? {})]
}
