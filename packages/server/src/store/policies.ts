import type { Privilege } from '../privilege.ts'
import type { EngineSettings } from './engines.ts'
import { ownIssuer } from './principals.ts'
import { randomVersionSql } from './random-version.ts'
import { type Queryable, statement } from './sql.ts'

/** The part of an engine's entry that a policy contains. */
export interface PolicyEngine extends Pick<
  EngineSettings,
  | 'subjects'
  | 'namesIssuer'
  | 'unsignedSubjects'
  | 'assertions'
  | 'namesAdministrators'
  | 'firstCalls'
  | 'warehouses'
  | 'privileges'
  | 'administers'
  | 'refreshes'
  | 'viewChains'
> {
  readonly name: string
  /** Its client id, or `ISSUER#SUBJECT` when another issuer authenticates it. */
  readonly client: string
  readonly enabled: boolean
  /** Epoch ms. */
  readonly notBefore: number
  /** Epoch ms of the last change of the entry. */
  readonly changedAt: number
}

/** The attributes of a user that the rules of an engine compare. */
export interface PolicySubject {
  readonly issuer: string
  readonly subject: string
  readonly login: string | null
  /** Names of its groups at its issuer. */
  readonly groups: readonly string[]
}

/** A principal's policy, read in one snapshot. `enabled` is null when the principal does not exist. */
export interface PolicyRow {
  readonly version: number
  readonly enabled: boolean | null
  /** Epoch ms; 0 when it was never set. */
  readonly notBefore: number
  /** Ids of the principal, its groups and its roles. */
  readonly grantees: readonly string[]
  readonly grants: readonly { readonly id: string; readonly privileges: readonly Privilege[] }[]
  readonly passage: readonly string[]
  readonly subject: PolicySubject | null
  /** Names of its roles in byte order. */
  readonly roles: readonly string[]
  /**
   * The entry of the engine that acts for the principal. Without such an engine: the entry of the principal itself, or
   * null.
   */
  readonly engine: PolicyEngine | null
}

/**
 * One statement, and so one snapshot: the version belongs to exactly these roles and grants. `union` (not `union all`)
 * ends the recursion on cycles of roles.
 */
const load = statement(
  'policy-load',
  `with recursive
   me as (select id, issuer, subject, login, enabled, not_before, groups_at from principal where id = $1),
   my_group as (
     select g.id, g.name from group_member m join me on m.principal_id = me.id join principal_group g on g.id = m.group_id
     where me.groups_at > now() - make_interval(secs => coalesce(($3::jsonb ->> me.issuer)::float8, 0))
   ),
   direct(id, kind) as (select id, 'principal' from me union all select id, 'group' from my_group),
   member_of(id) as (
     select m.role_id from role_member m join direct d on m.member_id = d.id and m.member_kind = d.kind
     union
     select m.role_id from role_member m join member_of r on m.member_id = r.id where m.member_kind = 'role'
   ),
   grantees(id, kind) as (select id, kind from direct union all select id, 'role' from member_of),
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
     (select coalesce(array_agg(id::text), '{}') from passage) as passage,
     (select coalesce(array_agg(r.name order by r.name), '{}') from member_of m join role r on r.id = m.id) as roles,
     (select jsonb_build_object('issuer', issuer, 'subject', subject, 'login', login,
        'groups', (select coalesce(jsonb_agg(name), '[]') from my_group)) from me) as subject,
     (select jsonb_build_object('name', p.name, 'client', case p.issuer when '${ownIssuer}' then p.subject else p.issuer || '#' || p.subject end, 'enabled', p.enabled, 'notBefore', floor(extract(epoch from p.not_before) * 1000),
        'subjects', e.subjects, 'namesIssuer', e.names_issuer, 'unsignedSubjects', e.unsigned_subjects,
        'assertions', e.assertions, 'namesAdministrators', e.names_administrators, 'firstCalls', e.first_calls,
        'warehouses', to_jsonb(e.warehouses), 'privileges', to_jsonb(e.privileges), 'administers', e.administers,
        'refreshes', e.refreshes, 'viewChains', e.view_chains,
        'changedAt', floor(extract(epoch from e.updated_at) * 1000))
      from engine e join principal p on p.id = e.principal_id where e.principal_id = coalesce($2::uuid, $1)) as engine`,
)

interface LoadedRow extends Omit<PolicyRow, 'notBefore'> {
  readonly not_before: number | null
}

/**
 * Longest age of group memberships from tokens, in seconds, by issuer. Groups of issuers that are not listed are
 * ignored, because such an issuer is not configured any more.
 */
export type GroupAges = Readonly<Record<string, number>>

/** @param actorId the engine that acts for the principal; null: the principal calls by itself */
export async function loadPolicyRow(
  sql: Queryable,
  principalId: string,
  actorId: string | null = null,
  groupAges: GroupAges = {},
): Promise<PolicyRow> {
  const [row] = await sql.run<LoadedRow>(load, [principalId, actorId, JSON.stringify(groupAges)])
  if (!row) throw new Error('the policy query returned no row')
  const { not_before: notBefore, ...rest } = row
  return { ...rest, notBefore: notBefore ?? 0 }
}

const bump = statement(
  'policy-bump',
  `with bumped as (update policy set version = ${randomVersionSql} returning version)
   select version::float8 as version, pg_notify('headgate', 'policy:' || version) from bumped`,
)

/**
 * Sets a new policy version and returns it. Every change of principals, roles or grants calls this first in its
 * transaction. Changes then wait for each other, so later checks in the transaction remain valid, and all replicas are
 * notified at the commit. Versions are random: they show whether two states of the policy are equal, not which one is
 * newer.
 */
export async function bumpPolicy(tx: Queryable): Promise<number> {
  const [row] = await tx.run<{ version: number }>(bump)
  if (!row) throw new Error('the store has no policy row')
  return row.version
}

const bumpFrom = statement(
  'policy-bump-from',
  `with bumped as (update policy set version = ${randomVersionSql} where version = $1 returning version)
   select version::float8 as version, pg_notify('headgate', 'policy:' || version) from bumped`,
)

/** Sets a new policy version if the current one equals `version`. Returns null otherwise. */
export async function bumpPolicyFrom(tx: Queryable, version: number): Promise<number | null> {
  return (await tx.run<{ version: number }>(bumpFrom, [version]))[0]?.version ?? null
}

const lock = statement('policy-lock', 'select version from policy where version = $1 for share')

/**
 * Prevents changes of the policy until the transaction ends. Returns false when it has another version. Waits for a
 * change that is being committed.
 */
export async function lockPolicy(tx: Queryable, version: number): Promise<boolean> {
  return (await tx.run(lock, [version])).length === 1
}

const readVersion = statement('policy-version', `select version::float8 as version from policy`)

export async function policyVersion(sql: Queryable): Promise<number> {
  return (await sql.run<{ version: number }>(readVersion))[0]?.version ?? 0
}
