import { permittedSql, type Riders, ridersSql, runWithRiders } from './riders.ts'
import { type Queryable, type Statement, statement } from './sql.ts'

// By the later of both clocks: what the server dated a moment ago is over too.
const later = `not_before = greatest(not_before, clock_timestamp(), to_timestamp($2::float8 / 1000))`

const warehouse = statement(
  'revoke_warehouse',
  `with written as (
     update warehouse set ${later} where id = $1 and (select version from policy) = $3
     returning id, not_before),
   notified as (select pg_notify('headgate', 'warehouse:' || id) from written), ${ridersSql(4)}
   select not_before as "notBefore", (select count(*) from notified) from written where ${permittedSql(3)}`,
)

const relation = statement(
  'revoke_relation',
  `with written as (
     update relation set ${later} where id = $1 and (select version from policy) = $3
     returning id, not_before), ${ridersSql(4)}
   select not_before as "notBefore" from written where ${permittedSql(3)}`,
)

/**
 * Ends all storage access that was handed out to anything in the warehouse; from when on, in epoch ms. Null: it went, or
 * the policy moved.
 *
 * @param now epoch ms
 */
export function revokeWarehouse(
  sql: Queryable,
  id: string,
  now: number,
  riders: Riders,
): Promise<number | null> {
  return revoke(sql, warehouse, [id, now], riders)
}

/** The same for one table. */
export function revokeRelation(
  sql: Queryable,
  id: string,
  now: number,
  riders: Riders,
): Promise<number | null> {
  return revoke(sql, relation, [id, now], riders)
}

async function revoke(
  sql: Queryable,
  how: Statement,
  values: readonly unknown[],
  riders: Riders,
): Promise<number | null> {
  const [row] = await runWithRiders<{ notBefore: number }>(sql, how, values, riders)
  return row?.notBefore ?? null
}
