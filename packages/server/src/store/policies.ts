import type { Privilege } from '../access/privilege.ts'
import { type Queryable, statement } from './sql.ts'

/** A principal's policy as read in one snapshot. `enabled` null: there is no such principal. */
export interface PolicyRow {
  readonly version: number
  readonly enabled: boolean | null
  /** Epoch ms; 0 when never set. */
  readonly notBefore: number
  /** The principal and its roles. */
  readonly grantees: readonly string[]
  readonly grants: readonly { readonly id: string; readonly privileges: readonly Privilege[] }[]
  readonly passage: readonly string[]
}

/**
 * One statement, so one snapshot: the version belongs to exactly these roles and grants. `union` (not `union all`)
 * ends the recursion on circles of roles.
 */
const load = statement(
  'policy-load',
  `with recursive
   me as (select id, enabled, not_before from principal where id = $1),
   member_of(id) as (
     select m.role_id from role_member m join me on m.member_id = me.id where m.member_kind = 'principal'
     union
     select m.role_id from role_member m join member_of r on m.member_id = r.id where m.member_kind = 'role'
   ),
   grantees(id, kind) as (select id, 'principal' from me union all select id, 'role' from member_of),
   held as (
     select g.securable_id as id, g.securable_kind as kind, array_agg(distinct g.privilege) as privileges
     from grant_entry g join grantees on g.grantee_id = grantees.id and g.grantee_kind = grantees.kind
     group by 1, 2
   ),
   held_namespace as (
     select n.id, n.warehouse_id, n.lineage from held join namespace n on held.kind = 'namespace' and n.id = held.id
   ),
   held_relation as (
     select r.warehouse_id, n.lineage
     from held join relation r on held.kind = 'relation' and r.id = held.id join namespace n on n.id = r.namespace_id
   ),
   passage(id) as (
     select warehouse_id from held_namespace
     union select unnest(lineage) from held_namespace
     union select warehouse_id from held_relation
     union select unnest(lineage) from held_relation
   )
   select (select version from policy)::float8 as version,
     (select enabled from me) as enabled,
     (select not_before from me) as not_before,
     (select coalesce(array_agg(id::text), '{}') from grantees) as grantees,
     (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'privileges', privileges)), '[]') from held) as grants,
     (select coalesce(array_agg(id::text), '{}') from passage) as passage`,
)

interface LoadedRow extends Omit<PolicyRow, 'notBefore'> {
  readonly not_before: number | null
}

export async function loadPolicyRow(sql: Queryable, principalId: string): Promise<PolicyRow> {
  const [row] = await sql.run<LoadedRow>(load, [principalId])
  if (!row) throw new Error('the policy query returned no row')
  const { version, enabled, grantees, grants, passage } = row
  return { version, enabled, notBefore: row.not_before ?? 0, grantees, grants, passage }
}

const bump = statement(
  'policy-bump',
  `with bumped as (update policy set version = version + 1 returning version)
   select version::float8 as version, pg_notify('headgate', 'policy:' || version) from bumped`,
)

/**
 * Every change of principals, roles or grants calls this first, in its transaction. It returns the new version, tells
 * all replicas at commit, and makes such changes wait for one another: what is checked after it stays true.
 */
export async function bumpPolicy(tx: Queryable): Promise<number> {
  const [row] = await tx.run<{ version: number }>(bump)
  if (!row) throw new Error('the store has no policy row')
  return row.version
}

const readVersion = statement('policy-version', `select version::float8 as version from policy`)

export async function policyVersion(sql: Queryable): Promise<number> {
  return (await sql.run<{ version: number }>(readVersion))[0]?.version ?? 0
}
