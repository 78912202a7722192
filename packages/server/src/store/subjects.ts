import { serverId } from '../reserved-ids.ts'
import type { GroupAges } from './policies.ts'
import { ownIssuer, type PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/** Attributes of a principal that the token endpoint needs before it issues a token. */
export interface SubjectRow extends Pick<
  PrincipalRow,
  'id' | 'issuer' | 'subject' | 'name' | 'enabled' | 'notBefore'
> {
  readonly login: string | null
  /** Names of the groups of the principal at its issuer. */
  readonly groups: readonly string[]
  /**
   * Whether the principal has the privilege `manage` on the server, by its own grant, a role or a group. Includes
   * groups whose memberships are older than the configured maximum age.
   */
  readonly administers: boolean
  /** Whether the principal is registered as an engine. */
  readonly isEngine: boolean
}

const byId = statement(
  'subject-by-id',
  `with recursive
   mine(id, kind) as (
     select $1::uuid, 'principal' union all
     select group_id, 'group' from group_member where principal_id = $1
   ),
   grantees(id, kind) as (
     select id, kind from mine
     union
     select m.role_id, 'role' from role_member m join grantees g on m.member_id = g.id and m.member_kind = g.kind
   )
   select p.id, p.issuer, p.subject, p.name, p.enabled, p.not_before as "notBefore", p.login,
     (select coalesce(array_agg(g.name), '{}') from group_member m join principal_group g on g.id = m.group_id
      where m.principal_id = p.id
        and p.groups_at > now() - make_interval(secs => coalesce(($2::jsonb ->> p.issuer)::float8, 0))) as groups,
     exists (select from grant_entry e join grantees g on e.grantee_id = g.id and e.grantee_kind = g.kind
             where e.securable_id = '${serverId}' and e.privilege = 'manage') as administers,
     exists (select from engine e where e.principal_id = p.id) as "isEngine"
   from principal p where p.id = $1`,
)
const named = statement(
  'subject-named',
  `select p.id::text as id, p.subject = $2 as exact from principal p
   where p.issuer = $1 and (p.subject = $2 or p.login = $2) order by (p.subject = $2) desc limit 3`,
)

const make = statement(
  'subject-make',
  `insert into principal (id, issuer, subject, name, login, kind) values ($1, $2, $3, $3, $3, 'user')
   on conflict (issuer, subject) do nothing returning id`,
)

/**
 * Creates a principal for a user name that an engine sent. Returns false when the issuer already has a principal with
 * this name.
 */
export async function makeNamed(sql: Queryable, id: string, issuer: string, name: string): Promise<boolean> {
  return (await sql.run(make, [id, issuer, name])).length > 0
}

export async function findSubject(
  sql: Queryable,
  id: string,
  groupAges: GroupAges = {},
): Promise<SubjectRow | null> {
  return (await sql.run<SubjectRow>(byId, [id, JSON.stringify(groupAges)]))[0] ?? null
}

const loginTaken = statement(
  'subject-login-taken',
  `select 1 from principal where id <> $1 and (login = $2 or (issuer = '${ownIssuer}' and subject = $2)) limit 1`,
)

/**
 * Returns whether a login name is unique: no other principal, of any issuer, has it as its login, and no
 * other principal of this server has it as its subject.
 */
export async function isLoginUnique(sql: Queryable, id: string, name: string): Promise<boolean> {
  return (await sql.run(loginTaken, [id, name])).length === 0
}

/** Result of a search for a user name: one principal, no principal, or several principals with this login. */
export type Named =
  { readonly kind: 'one'; readonly id: string } | { readonly kind: 'nobody' } | { readonly kind: 'several' }

/**
 * Finds the principal of an issuer whose subject is `name`. If no principal has this subject, finds the
 * principals whose login is `name`.
 */
export async function findNamed(sql: Queryable, issuer: string, name: string): Promise<Named> {
  const rows = await sql.run<{ id: string; exact: boolean }>(named, [issuer, name])
  const [first, second] = rows
  if (first === undefined) return { kind: 'nobody' }
  return first.exact || second === undefined ? { kind: 'one', id: first.id } : { kind: 'several' }
}
