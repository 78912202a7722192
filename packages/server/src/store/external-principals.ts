import { type Queryable, statement } from './sql.ts'

/**
 * Principal that another issuer authenticates, with the name, login and groups from its newest token. Times
 * are epoch ms.
 */
export interface ExternalPrincipalRow {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly login: string | null
  /** Names of the groups of the principal in byte order. */
  readonly groups: readonly string[]
  /** Issue time of the newest token that contained groups, or 0. */
  readonly groupsAt: number
  /** Issue time of the newest token of the principal that the server received, or 0. */
  readonly lastLoginAt: number
}

const find = statement(
  'external-principal-find',
  `select p.id, p.issuer, p.subject, p.name, p.login, p.groups_at as "groupsAt",
     coalesce(p.last_login_at, 'epoch') as "lastLoginAt",
     (select coalesce(array_agg(g.name order by g.name), '{}') from group_member m join principal_group g on g.id = m.group_id
      where m.principal_id = p.id) as groups
   from principal p where p.issuer = $1 and p.subject = $2`,
)
const federated = statement(
  'external-principal-federated',
  `select p.id, p.issuer, p.subject, p.name from client_federation f join principal p on p.id = f.principal_id
   where f.issuer = $1 and f.subject = $2`,
)
const make = statement(
  'external-principal-make',
  `insert into principal (id, issuer, subject, name, login, kind, last_login_at)
   values ($1, $2, $3, $4, $5, 'user', to_timestamp($6::float8 / 1000)) on conflict (issuer, subject) do nothing returning id`,
)
const note = statement(
  'external-principal-note',
  `update principal set name = $2, login = $3, last_login_at = to_timestamp($4::float8 / 1000)
   where id = $1 and coalesce(last_login_at, 'epoch') <= to_timestamp($4::float8 / 1000) returning id`,
)
const noteGroups = statement(
  'external-principal-note-groups',
  `update principal set groups_at = to_timestamp($2::float8 / 1000)
   where id = $1 and groups_at <= to_timestamp($2::float8 / 1000) returning id`,
)
const makeGroups = statement(
  'group-make',
  `insert into principal_group (id, issuer, name) select gen_random_uuid(), $1, name from unnest($2::text[]) as name
   order by name on conflict (issuer, name) do nothing returning id`,
)
const leaveGroups = statement(
  'group-leave',
  `delete from group_member m using principal_group g
   where m.principal_id = $1 and g.id = m.group_id and g.name <> all($2::text[]) returning g.name`,
)
const joinGroups = statement(
  'group-join',
  `insert into group_member (principal_id, group_id)
   select $1, g.id from principal_group g where g.issuer = $2 and g.name = any($3::text[])
   on conflict do nothing returning group_id`,
)

export async function findExternalPrincipal(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<ExternalPrincipalRow | null> {
  return (await sql.run<ExternalPrincipalRow>(find, [issuer, subject]))[0] ?? null
}

/** Returns the principal of Headgate that is linked to this subject of the issuer, or null. */
export async function findFederatedPrincipal(
  sql: Queryable,
  issuer: string,
  subject: string,
): Promise<Pick<ExternalPrincipalRow, 'id' | 'issuer' | 'subject' | 'name'> | null> {
  return (await sql.run<ExternalPrincipalRow>(federated, [issuer, subject]))[0] ?? null
}

/** Creates a principal of another issuer. Returns false when the principal already exists. */
export async function makeExternalPrincipal(
  tx: Queryable,
  principal: Pick<ExternalPrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'login' | 'lastLoginAt'>,
): Promise<boolean> {
  const { id, issuer, subject, name, login, lastLoginAt } = principal
  return (await tx.run(make, [id, issuer, subject, name, login, lastLoginAt])).length > 0
}

/**
 * Stores the name and login from a token of a principal. Does nothing when the server has already received a
 * token that was issued later.
 */
export async function noteLogin(
  tx: Queryable,
  { id, name, login, lastLoginAt }: Pick<ExternalPrincipalRow, 'id' | 'name' | 'login' | 'lastLoginAt'>,
): Promise<void> {
  await tx.run(note, [id, name, login, lastLoginAt])
}

/**
 * Replaces the groups of a principal with those in a token. Returns false when the stored groups are from a token
 * that was issued later.
 */
export async function replaceGroups(
  tx: Queryable,
  { id, issuer, groups, groupsAt }: Pick<ExternalPrincipalRow, 'id' | 'issuer' | 'groups' | 'groupsAt'>,
): Promise<boolean> {
  // This statement locks the row of the principal, so that replicas update the groups one after the other.
  if ((await tx.run(noteGroups, [id, groupsAt])).length === 0) return false
  if (groups.length > 0) await tx.run(makeGroups, [issuer, groups])
  await tx.run(leaveGroups, [id, groups])
  if (groups.length > 0) await tx.run(joinGroups, [id, issuer, groups])
  return true
}
