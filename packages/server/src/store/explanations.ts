import type { Privilege, Restriction, SecurableKind } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import type { MemberKind } from './roles.ts'
import { type Queryable, statement } from './sql.ts'

/** Membership of a principal or role in a group or role. */
export interface MembershipRow {
  readonly memberId: string
  readonly kind: 'group' | 'role'
  readonly id: string
  /** Name of the group or role. The name of a group contains its issuer, as in `https://idp.example#analysts`. */
  readonly name: string
}

/** Grant of a privilege on an object, with the name of the grantee. Times are epoch ms. */
export interface HeldGrantRow {
  readonly securableId: string
  readonly granteeId: string
  readonly granteeKind: MemberKind
  readonly granteeName: string | null
  readonly privilege: Privilege
  /** Restriction of a grant of `select`, which implies only `use` by itself. */
  readonly restriction: Restriction | null
  readonly grantedAt: number
}

/** Warehouse, namespace or relation with its own name, without the names of its parents. */
export interface NamedSecurableRow {
  readonly kind: Exclude<SecurableKind, 'server'>
  readonly id: string
  /** Name of the object. The name of a namespace is its levels, joined by U+001F. */
  readonly name: string
  readonly ownerId: string
  readonly ownerName: string | null
}

/**
 * Finds all groups and roles of a principal: directly, through a group or through another role. Includes groups whose
 * memberships are older than the configured maximum age.
 */
const memberships = statement(
  'memberships-of',
  `with recursive
   mine(id, kind) as (
     select $1::uuid, 'principal' union all select group_id, 'group' from group_member where principal_id = $1
   ),
   member_of(member_id, id) as (
     select m.member_id, m.role_id from role_member m join mine on m.member_id = mine.id and m.member_kind = mine.kind
     union
     select m.member_id, m.role_id from role_member m join member_of r on m.member_kind = 'role' and m.member_id = r.id
   )
   select m.member_id as "memberId", 'role' as kind, r.id, r.name from member_of m join role r on r.id = m.id
   union all
   select $1, 'group', g.id, g.issuer || '#' || g.name from mine join principal_group g on mine.kind = 'group' and g.id = mine.id
   order by 2, 4, 1`,
)
const granteeName = `coalesce(p.name, o.name, gr.issuer || '#' || gr.name)`
const grantColumns = `g.securable_id as "securableId", g.grantee_id as "granteeId", g.grantee_kind as "granteeKind",
  case g.privilege when 'select-restricted' then 'select' else g.privilege end as privilege, g.restriction,
  g.granted_at as "grantedAt", ${granteeName} as "granteeName"`
const granteeNames = `left join principal p on g.grantee_kind = 'principal' and p.id = g.grantee_id
     left join role o on g.grantee_kind = 'role' and o.id = g.grantee_id
     left join principal_group gr on g.grantee_kind = 'group' and gr.id = g.grantee_id`
const held = statement(
  'grants-held',
  `select ${grantColumns} from grant_entry g ${granteeNames}
   where g.securable_id = any($1::uuid[]) and g.grantee_id = any($2::uuid[]) order by g.granted_at, g.grantee_id, g.privilege`,
)
const managing = statement(
  'grants-managing',
  `select ${grantColumns} from grant_entry g ${granteeNames}
   where g.securable_id = any($1::uuid[]) and (g.privilege = $3 or g.privilege = 'manage' and g.securable_id = '${serverId}')
   order by array_position($1::uuid[], g.securable_id), ${granteeName}, g.grantee_id limit $2`,
)
const named = statement(
  'securables-named',
  `select o.kind, o.id, o.name, o.owner_id as "ownerId", p.name as "ownerName" from (
     select 'warehouse' as kind, id, name, owner_id from warehouse where id = any($1::uuid[])
     union all select 'namespace', id, path, owner_id from namespace where id = any($1::uuid[])
     union all select 'relation', id, name, owner_id from relation where id = any($1::uuid[])
   ) o left join principal p on p.id = o.owner_id`,
)

export function listMemberships(sql: Queryable, principalId: string): Promise<MembershipRow[]> {
  return sql.run<MembershipRow>(memberships, [principalId])
}

/** Returns all grants on these objects to these grantees, the oldest first. */
export function listHeldGrants(
  sql: Queryable,
  securableIds: readonly string[],
  granteeIds: readonly string[],
): Promise<HeldGrantRow[]> {
  return sql.run<HeldGrantRow>(held, [securableIds, granteeIds])
}

/**
 * Returns the grants of `privilege` on these objects, in the order of the objects. If the objects include the server,
 * also returns the grants of `manage` on the server.
 */
export function listManagers(
  sql: Queryable,
  securableIds: readonly string[],
  privilege: Privilege,
  limit: number,
): Promise<HeldGrantRow[]> {
  return sql.run<HeldGrantRow>(managing, [securableIds, limit, privilege])
}

/**
 * Returns the names and owners of objects in any order. The result does not contain deleted objects and the server.
 */
export function nameSecurables(sql: Queryable, ids: readonly string[]): Promise<NamedSecurableRow[]> {
  return sql.run<NamedSecurableRow>(named, [ids])
}
