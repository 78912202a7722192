import { type Queryable, statement } from './sql.ts'

const use = statement(
  'assertion-use',
  `insert into used_assertion (issuer, id, expires_at) values ($1, $2, to_timestamp($3::float8 / 1000))
   on conflict do nothing returning id`,
)
const forget = statement(
  'assertion-forget',
  `delete from used_assertion where ctid = any(array(
     select ctid from used_assertion where expires_at < now() - interval '1 hour' limit $1)) returning id`,
)

/**
 * Remembers that an assertion was used, until it would have expired anyway. Of several at the same time, through any
 * replica, exactly one hears true.
 *
 * @param issuer who made the ids: they need be unique for it only
 */
export async function useAssertion(
  sql: Queryable,
  { issuer, id, expiresAt }: { readonly issuer: string; readonly id: string; readonly expiresAt: number },
): Promise<boolean> {
  return (await sql.run(use, [issuer, id, expiresAt])).length > 0
}

/** Forgets up to `limit` that expired an hour ago, whatever the clocks of the replicas; how many it were. */
export async function forgetUsedAssertions(sql: Queryable, limit: number): Promise<number> {
  return (await sql.run(forget, [limit])).length
}
