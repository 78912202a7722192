import type { Privilege, Restriction } from '../privilege.ts'
import type { EngineSettings } from './engines.ts'
import { ownIssuer } from './principals.ts'
import { randomVersionSql } from './random-version.ts'
import { type Queryable, statement } from './sql.ts'

/** Settings of an engine entry that an authorization decision needs. */
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
  | 'enforcesRestrictions'
> {
  readonly name: string
  /** Client id of the engine, or `ISSUER#SUBJECT` when another issuer authenticates the engine. */
  readonly client: string
  readonly enabled: boolean
  /** Time of the last revocation of the engine's sessions, in epoch ms. */
  readonly notBefore: number
  /** Time of the last revocation of the storage access that the engine obtained for its users, in epoch ms. */
  readonly storageNotBefore: number
  /** Time of the last change of the engine entry, in epoch ms. */
  readonly changedAt: number
}

/** Attributes of a user that the server compares with the subject rules of an engine entry. */
export interface PolicySubject {
  readonly issuer: string
  readonly subject: string
  readonly login: string | null
  /** Names of the groups of the user at its issuer. */
  readonly groups: readonly string[]
}

/**
 * Policy of a principal: its roles, grants and engine entry, read in one snapshot. `enabled` is null when the
 * principal does not exist.
 */
export interface PolicyRow {
  readonly version: number
  readonly enabled: boolean | null
  /** Time of the last revocation of the principal's sessions in epoch ms, or 0. */
  readonly notBefore: number
  /** Time of the last revocation of the principal's storage access in epoch ms, or 0. */
  readonly storageNotBefore: number
  /** Ids to which grants of the principal can refer: the principal itself, its groups and its roles. */
  readonly grantees: readonly string[]
  readonly grants: readonly { readonly id: string; readonly privileges: readonly Privilege[] }[]
  /** Restricted grants of `select`, the oldest first. `role` is the name of the role that has the grant, or null. */
  readonly restrictions: readonly (Restriction & { readonly id: string; readonly role: string | null })[]
  readonly passage: readonly string[]
  readonly subject: PolicySubject | null
  /** Names of the roles of the principal in byte order. */
  readonly roles: readonly string[]
  /**
   * Entry of the engine that acts for the principal. When no engine acts for it and the principal is itself
   * an engine, the entry of the principal. Otherwise null.
   */
  readonly engine: PolicyEngine | null
  /** Ids of the access keys of the principal. */
  readonly accessKeys: readonly string[]
}

/**
 * Statement that reads the complete policy of a principal at once, so that the policy version belongs to
 * exactly these roles and grants. `union` instead of `union all` ends the recursion when roles contain each
 * other.
 */
const load = statement(
  'policy-load',
  `with recursive
   me as (select id, issuer, subject, login, enabled, not_before, storage_not_before, groups_at from principal where id = $1),
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
     select g.securable_id as id, g.securable_kind as kind, array_agg(distinct case g.privilege when 'select-restricted' then 'use' else g.privilege end) as privileges
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
     (select storage_not_before from me) as storage_not_before,
     (select coalesce(array_agg(id::text), '{}') from grantees) as grantees,
     (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'privileges', privileges)), '[]') from held) as grants,
     (select coalesce(jsonb_agg(g.restriction || jsonb_build_object('id', g.securable_id, 'role', r.name)
        order by g.granted_at, g.securable_id, g.grantee_id), '[]')
      from grant_entry g join grantees on g.grantee_id = grantees.id and g.grantee_kind = grantees.kind
        left join role r on g.grantee_kind = 'role' and r.id = g.grantee_id
      where g.privilege = 'select-restricted') as restrictions,
     (select coalesce(array_agg(id::text), '{}') from passage) as passage,
     (select coalesce(array_agg(r.name order by r.name), '{}') from member_of m join role r on r.id = m.id) as roles,
     (select coalesce(array_agg(id), '{}') from access_key where principal_id = $1) as "accessKeys",
     (select jsonb_build_object('issuer', issuer, 'subject', subject, 'login', login,
        'groups', (select coalesce(jsonb_agg(name), '[]') from my_group)) from me) as subject,
     (select jsonb_build_object('name', p.name, 'client', case p.issuer when '${ownIssuer}' then p.subject else p.issuer || '#' || p.subject end, 'enabled', p.enabled, 'notBefore', floor(extract(epoch from p.not_before) * 1000),
        'subjects', e.subjects, 'namesIssuer', e.names_issuer, 'unsignedSubjects', e.unsigned_subjects,
        'assertions', e.assertions, 'namesAdministrators', e.names_administrators, 'firstCalls', e.first_calls,
        'warehouses', to_jsonb(e.warehouses), 'privileges', to_jsonb(e.privileges), 'administers', e.administers,
        'refreshes', e.refreshes, 'viewChains', e.view_chains,
        'enforcesRestrictions', e.enforces_restrictions,
        'storageNotBefore', floor(extract(epoch from e.storage_not_before) * 1000),
        'changedAt', floor(extract(epoch from e.updated_at) * 1000))
      from engine e join principal p on p.id = e.principal_id where e.principal_id = coalesce($2::uuid, $1)) as engine`,
)

interface LoadedRow extends Omit<PolicyRow, 'notBefore' | 'storageNotBefore'> {
  readonly not_before: number | null
  readonly storage_not_before: number | null
}

/**
 * Maximum age in seconds of the group memberships from tokens, by issuer. Authorization ignores groups of an issuer
 * that is not listed, because the issuer is not configured any more.
 */
export type GroupAges = Readonly<Record<string, number>>

/**
 * Reads the policy of a principal.
 *
 * @param actorId id of the engine that acts for the principal; null when no engine acts for it
 */
export async function loadPolicyRow(
  sql: Queryable,
  principalId: string,
  actorId: string | null = null,
  groupAges: GroupAges = {},
): Promise<PolicyRow> {
  const [row] = await sql.run<LoadedRow>(load, [principalId, actorId, JSON.stringify(groupAges)])
  if (!row) throw new Error('the query of the policy returned no row')
  const { not_before: notBefore, storage_not_before: storageNotBefore, ...rest } = row
  return { ...rest, notBefore: notBefore ?? 0, storageNotBefore: storageNotBefore ?? 0 }
}

const bump = statement(
  'policy-bump',
  `with bumped as (update policy set version = ${randomVersionSql} returning version)
   select version::float8 as version, pg_notify('headgate', 'policy:' || version) from bumped`,
)

/**
 * Sets a new policy version and returns it. Each transaction that changes principals, roles or grants calls this
 * function first. The function locks the version, so that other changes wait and checks in the transaction remain
 * valid until its commit. The commit notifies all replicas. Versions are random, so they show whether two states of
 * the policy are equal, but not which state is newer.
 */
export async function bumpPolicy(tx: Queryable): Promise<number> {
  const [row] = await tx.run<{ version: number }>(bump)
  if (!row) throw new Error('the table policy contains no row')
  return row.version
}

const bumpFrom = statement(
  'policy-bump-from',
  `with bumped as (update policy set version = ${randomVersionSql} where version = $1 returning version)
   select version::float8 as version, pg_notify('headgate', 'policy:' || version) from bumped`,
)

/** Sets a new policy version and returns it if the current version is equal to `version`. Otherwise returns null. */
export async function bumpPolicyFrom(tx: Queryable, version: number): Promise<number | null> {
  return (await tx.run<{ version: number }>(bumpFrom, [version]))[0]?.version ?? null
}

const lock = statement('policy-lock', 'select version from policy where version = $1 for share')

/**
 * Waits for running changes of the policy, and prevents further changes until the transaction ends. Returns false
 * when the policy has another version than `version`.
 */
export async function lockPolicy(tx: Queryable, version: number): Promise<boolean> {
  return (await tx.run(lock, [version])).length === 1
}

const readVersion = statement('policy-version', `select version::float8 as version from policy`)

export async function policyVersion(sql: Queryable): Promise<number> {
  return (await sql.run<{ version: number }>(readVersion))[0]?.version ?? 0
}
