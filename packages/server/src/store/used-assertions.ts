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
 * Records that an assertion was used. Returns false when it was used before. If several requests use the same
 * assertion at the same time, on any replicas, exactly one call returns true.
 *
 * @param assertion the `jti` (`id`) of the assertion, which is unique only for its `issuer`, and its expiry
 */
export async function useAssertion(
  sql: Queryable,
  { issuer, id, expiresAt }: { readonly issuer: string; readonly id: string; readonly expiresAt: number },
): Promise<boolean> {
  return (await sql.run(use, [issuer, id, expiresAt])).length > 0
}

/**
 * Deletes up to `limit` records of used assertions that expired more than an hour ago. The hour tolerates clock
 * differences between replicas. Returns the number of deleted rows.
 */
export async function forgetUsedAssertions(sql: Queryable, limit: number): Promise<number> {
  return (await sql.run(forget, [limit])).length
}
