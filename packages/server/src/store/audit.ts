import type { SecurableKind } from '../privilege.ts'
import { type AuditRow, insertAuditSql } from './commit-record.ts'
import { type Queryable, statement } from './sql.ts'

/** Row of the table `audit`. `at` is epoch ms. */
export interface StoredAuditRow extends AuditRow {
  readonly id: number | bigint
  /** Number of equal refused requests that this row represents. It is 1 for all other events. */
  readonly count: number
  readonly at: number
}

const columns = `id, at, request_id, principal_id, principal, actors, operation, securable_kind, securable_id, object, privilege,
     outcome, reason, user_agent, detail, query_id, count`
const insert = statement('audit-insert', `with once as (select 1) ${insertAuditSql(1, 'once')}`)
/**
 * Returns the SQL of the audit query for ascending or descending order. A filter parameter that is null has no
 * effect.
 */
function querySql(past: '<' | '>', order: 'desc' | 'asc'): string {
  return `select ${columns}
   from audit
   where ($1::float8 is null or at >= to_timestamp($1::float8 / 1000)) and ($2::float8 is null or at < to_timestamp($2::float8 / 1000))
     and ($3::text is null or principal = $3) and ($4::uuid is null or principal_id = $4)
     and ($5::text is null or principal = $5 or actors @> to_jsonb($5))
     and ($6::text is null or operation = $6) and ($7::text is null or outcome = $7)
     and ($8::uuid is null or securable_id = $8) and ($9::text is null or starts_with(object, $9))
     and ($10::text is null or query_id = $10) and ($11::text is null or request_id = $11)
     and ($12::bigint is null or id ${past} $12)
   order by id ${order} limit $13`
}
const newest = statement('audit-newest', querySql('<', 'desc'))
const oldest = statement('audit-oldest', querySql('>', 'asc'))
const lastNamed = statement(
  'audit-last-named',
  `select securable_id as id from audit
   where object = $1 and securable_kind = $2 and securable_id is not null order by id desc limit 1`,
)
const prune = statement(
  'audit-prune',
  `delete from audit where ctid = any(array(
     select ctid from audit where at < now() - make_interval(secs => $1) and refusal_key is null order by at limit $2)) returning 1`,
)

const byId = statement('audit-by-id', `select ${columns} from audit where id = $1::bigint`)
const changes = statement(
  'audit-changes',
  `select ${columns} from audit
   where securable_id = any($1::uuid[]) and id > $2::bigint and operation = any($3::text[]) and outcome = 'allowed'
   order by id desc limit $4`,
)

/** Returns the audit event with this id, or null. */
export async function findAuditEvent(sql: Queryable, id: string): Promise<StoredAuditRow | null> {
  return (await sql.run<StoredAuditRow>(byId, [id]))[0] ?? null
}

/**
 * Returns the newest audit events of allowed operations on these objects, restricted to the given operation
 * names and to events with a higher id than `eventId`.
 */
export function listChangesAfter(
  sql: Queryable,
  securableIds: readonly string[],
  eventId: string,
  operations: readonly string[],
  limit: number,
): Promise<StoredAuditRow[]> {
  return sql.run<StoredAuditRow>(changes, [securableIds, eventId, operations, limit])
}

/** Inserts audit events with one statement. */
export async function insertAudit(sql: Queryable, rows: readonly AuditRow[]): Promise<void> {
  if (rows.length > 0) await sql.run(insert, [JSON.stringify(rows)])
}

/** Filter for audit events. A field that is null has no effect. */
export interface AuditQuery {
  /** Earliest time of the events in epoch ms, inclusive. */
  readonly from: number | null
  /** End of the time range in epoch ms, exclusive. */
  readonly until: number | null
  /** Name of the principal in the events: its subject, with the prefix `ISSUER#` unless the issuer is Headgate. */
  readonly principal: string | null
  readonly principalId: string | null
  /**
   * Name of an engine: returns events in which the engine is the principal, and events in which it acted for the
   * principal.
   */
  readonly engine: string | null
  readonly operation: string | null
  readonly outcome: string | null
  readonly securableId: string | null
  /** Text with which the name of the object in the event must begin. */
  readonly objectPrefix: string | null
  readonly queryId: string | null
  readonly requestId: string | null
  readonly order: 'newest' | 'oldest'
  /** Id of the last event of the previous page. The query returns events that follow it in the chosen order. */
  readonly after: string | null
  readonly limit: number
}

/**
 * Returns audit events in the order of their ids. Events of concurrent transactions may differ from the order of
 * time, because an event gets its id before its transaction is committed.
 */
export function queryAudit(sql: Queryable, query: AuditQuery): Promise<StoredAuditRow[]> {
  return sql.run<StoredAuditRow>(query.order === 'newest' ? newest : oldest, [
    query.from,
    query.until,
    query.principal,
    query.principalId,
    query.engine,
    query.operation,
    query.outcome,
    query.securableId,
    query.objectPrefix,
    query.queryId,
    query.requestId,
    query.after,
    query.limit,
  ])
}

/**
 * Returns the id of the object that had this name in the newest audit event, even if the object no longer
 * exists. Returns null when no event contains the name.
 */
export async function findAuditedObject(
  sql: Queryable,
  object: string,
  kind: SecurableKind,
): Promise<string | null> {
  return (await sql.run<{ id: string }>(lastNamed, [object, kind]))[0]?.id ?? null
}

/**
 * Deletes up to `limit` events older than `seconds`, except refusals, the oldest first. Returns the number of deleted
 * events.
 */
export async function pruneAudit(sql: Queryable, seconds: number, limit: number): Promise<number> {
  return (await sql.run(prune, [seconds, limit])).length
}
