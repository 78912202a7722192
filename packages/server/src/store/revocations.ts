import { permittedSql, type CommitRecord, recordSql, runWithRecord } from './commit-record.ts'
import { type Queryable, type Statement, statement } from './sql.ts'

// Uses the later time of the database clock and the server clock, so that the revocation includes credentials from a
// server whose clock is ahead.
const laterOf = (column: string): string =>
  `${column} = greatest(${column}, clock_timestamp(), to_timestamp($2::float8 / 1000))`
const later = laterOf('not_before')

const warehouse = statement(
  'revoke_warehouse',
  `with written as (
     update warehouse set ${later} where id = $1 and (select version from policy) = $3
     returning id, not_before),
   notified as (select pg_notify('headgate', 'warehouse:' || id) from written), ${recordSql(4)}
   select not_before as "notBefore", (select count(*) from notified) from written where ${permittedSql(3)}`,
)

const relation = statement(
  'revoke_relation',
  `with written as (
     update relation set ${later} where id = $1 and (select version from policy) = $3
     returning id, not_before), ${recordSql(4)}
   select not_before as "notBefore" from written where ${permittedSql(3)}`,
)

/**
 * Revokes all storage access in the warehouse. Returns the time of the revocation in epoch ms, or null when the
 * warehouse was deleted or the policy version changed.
 *
 * @param now local clock, epoch ms
 */
export function revokeWarehouse(
  sql: Queryable,
  id: string,
  now: number,
  record: CommitRecord,
): Promise<number | null> {
  return revoke(sql, warehouse, [id, now], record)
}

/**
 * Revokes all storage access to one table. Returns the time of the revocation in epoch ms, or null when the table was
 * deleted or the policy version changed.
 */
export function revokeRelation(
  sql: Queryable,
  id: string,
  now: number,
  record: CommitRecord,
): Promise<number | null> {
  return revoke(sql, relation, [id, now], record)
}

async function revoke(
  sql: Queryable,
  how: Statement,
  values: readonly unknown[],
  record: CommitRecord,
): Promise<number | null> {
  const [row] = await runWithRecord<{ notBefore: number }>(sql, how, values, record)
  return row?.notBefore ?? null
}

const principal = statement(
  'revoke_principal_storage',
  `update principal set ${laterOf('storage_not_before')} where id = $1
   returning storage_not_before as "notBefore"`,
)
const engine = statement(
  'revoke_engine_storage',
  `update engine set ${laterOf('storage_not_before')} where principal_id = $1
   returning storage_not_before as "notBefore"`,
)

/**
 * Revokes all storage access of a principal. Returns the time of the revocation in epoch ms, or null when the principal
 * was deleted. The transaction must also change the policy version.
 *
 * @param now local clock, epoch ms
 */
export async function revokePrincipalStorage(tx: Queryable, id: string, now: number): Promise<number | null> {
  return (await tx.run<{ notBefore: number }>(principal, [id, now]))[0]?.notBefore ?? null
}

/**
 * Revokes all storage access that an engine received, for users and for itself. Returns the time of the revocation in
 * epoch ms, or null when the principal is not an engine. The transaction must also change the policy version.
 */
export async function revokeEngineStorage(tx: Queryable, id: string, now: number): Promise<number | null> {
  return (await tx.run<{ notBefore: number }>(engine, [id, now]))[0]?.notBefore ?? null
}
