import { randomUUID } from 'node:crypto'
import { clientCredentials } from '../../conformance/lib/access-token.ts'
import { withClient } from '../lib/postgres.ts'
import { call } from './catalog.ts'

export const grants = 10_000
export const groups = 100

/**
 * Simulated user of a large company, who is a member of many groups with many grants each. The benchmark uses
 * roles in place of groups, because authorization handles both in the same way.
 */
export interface MuchGranted {
  readonly clientId: string
  readonly clientSecret: string
  /** Returns a token that the server has not seen before. */
  token(): Promise<string>
}

/**
 * Creates the user through the API, and its memberships and grants with SQL, because API requests would take
 * too long. First deletes the memberships and grants of earlier runs.
 */
export async function muchGranted(origin: string, databaseUrl: string): Promise<MuchGranted> {
  const management = { origin, prefix: '', headers: {} }
  const name = `bench-${randomUUID()}`
  const { principal, secret } = (await call(management, 'POST', '/management/v1/principals', { name })) as {
    readonly principal: { readonly id: string }
    readonly secret: { readonly clientId: string; readonly clientSecret: string }
  }
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `delete from grant_entry g using role r where r.id = g.grantee_id and r.name like 'bench-group-%'`,
    )
    await client.query(`delete from role where name like 'bench-group-%'`)
    await client.query(
      `insert into role (id, name) select gen_random_uuid(), 'bench-group-' || i from generate_series(1, $1::int) i`,
      [groups],
    )
    await client.query(
      `insert into role_member (role_id, member_id, member_kind)
       select id, $1, 'principal' from role where name like 'bench-group-%'`,
      [principal.id],
    )
    await client.query(
      `insert into grant_entry (securable_id, securable_kind, grantee_id, grantee_kind, privilege)
       select t.id, 'relation', o.id, 'role', 'select'
       from (select id, row_number() over (order by id) - 1 as n from relation where namespace_id is not null limit $1) t
       join (select id, row_number() over (order by id) - 1 as n from role where name like 'bench-group-%') o on o.n = t.n % $2`,
      [grants, groups],
    )
    await client.query(
      `with bumped as (update policy set version = version + 1 returning version)
       select pg_notify('headgate', 'policy:' || version) from bumped`,
    )
  })
  const { clientId, clientSecret } = secret
  return {
    clientId,
    clientSecret,
    token: () =>
      clientCredentials({
        credential: `${clientId}:${clientSecret}`,
        scope: 'catalog',
        tokenUri: `${origin}/v1/oauth/tokens`,
      }),
  }
}
