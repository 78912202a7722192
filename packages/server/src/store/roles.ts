import { type Queryable, statement } from './sql.ts'

export type MemberKind = 'principal' | 'role' | 'group'

/** Row of a role. Times are epoch ms. */
export interface RoleRow {
  readonly id: string
  readonly name: string
  /** Whether the server created the role. Such a role cannot be deleted. */
  readonly system: boolean
  readonly createdAt: number
}

export interface MemberRow {
  readonly kind: MemberKind
  readonly id: string
  readonly name: string
}

const columns = `r.id, r.name, r.system, r.created_at as "createdAt"`

const insert = statement(
  'role-insert',
  `insert into role as r (id, name, system) values ($1, $2, $3) on conflict (name) do nothing returning ${columns}`,
)
const byId = statement('role-by-id', `select ${columns} from role r where r.id = $1`)
const byName = statement('role-by-name', `select ${columns} from role r where r.name = $1`)
const page = statement(
  'role-page',
  `select ${columns} from role r where ($1::text is null or r.name > $1) and ($2::text is null or r.name = $2) order by r.name limit $3`,
)
const remove = statement(
  'role-delete',
  `with removed as (delete from role where id = $1 and not system returning id),
   memberships as (delete from role_member m using removed where m.member_id = removed.id and m.member_kind = 'role'),
   grants as (delete from grant_entry g using removed where g.grantee_id = removed.id and g.grantee_kind = 'role')
   select id from removed`,
)
const members = statement(
  'role-members',
  `select m.member_kind as kind, m.member_id as id, coalesce(p.name, r.name, g.issuer || '#' || g.name) as name
   from role_member m
     left join principal p on m.member_kind = 'principal' and p.id = m.member_id
     left join role r on m.member_kind = 'role' and r.id = m.member_id
     left join principal_group g on m.member_kind = 'group' and g.id = m.member_id
   where m.role_id = $1 and ($2::text is null or (m.member_kind, m.member_id) > ($2, $3::uuid))
   order by m.member_kind, m.member_id limit $4`,
)
const addMember = statement(
  'role-member-add',
  `insert into role_member (role_id, member_id, member_kind) values ($1, $2, $3) on conflict do nothing returning role_id`,
)
const removeMember = statement(
  'role-member-remove',
  `delete from role_member where role_id = $1 and member_id = $2 returning role_id`,
)
const reaches = statement(
  'role-reaches',
  `with recursive above(id) as (
     select $1::uuid
     union
     select m.role_id from role_member m join above on m.member_id = above.id where m.member_kind = 'role'
   )
   select id from above where id = $2`,
)

/** Creates a role. Returns null when another role has this name. */
export async function insertRole(
  tx: Queryable,
  role: Pick<RoleRow, 'id' | 'name' | 'system'>,
): Promise<RoleRow | null> {
  return (await tx.run<RoleRow>(insert, [role.id, role.name, role.system]))[0] ?? null
}

export async function findRole(sql: Queryable, id: string): Promise<RoleRow | null> {
  return (await sql.run<RoleRow>(byId, [id]))[0] ?? null
}

export async function findRoleByName(sql: Queryable, name: string): Promise<RoleRow | null> {
  return (await sql.run<RoleRow>(byName, [name]))[0] ?? null
}

/** Returns roles in byte order of their names. */
export function listRoles(
  sql: Queryable,
  filter: { readonly after: string | null; readonly name: string | null; readonly limit: number },
): Promise<RoleRow[]> {
  return sql.run<RoleRow>(page, [filter.after, filter.name, filter.limit])
}

/**
 * Deletes a role with its memberships and grants. Returns false when the role does not exist, or when the server
 * created it.
 */
export async function deleteRole(tx: Queryable, id: string): Promise<boolean> {
  return (await tx.run(remove, [id])).length > 0
}

/** Returns the direct members of a role, in order of kind and id. */
export function listMembers(
  sql: Queryable,
  roleId: string,
  page: { readonly after: Pick<MemberRow, 'kind' | 'id'> | null; readonly limit: number },
): Promise<MemberRow[]> {
  return sql.run<MemberRow>(members, [roleId, page.after?.kind ?? null, page.after?.id ?? null, page.limit])
}

/** Adds a member to a role. Returns false when it is already a member. */
export async function addRoleMember(
  tx: Queryable,
  roleId: string,
  member: Pick<MemberRow, 'kind' | 'id'>,
): Promise<boolean> {
  return (await tx.run(addMember, [roleId, member.id, member.kind])).length > 0
}

/** Removes a member from a role. Returns false when it is not a member. */
export async function removeRoleMember(tx: Queryable, roleId: string, memberId: string): Promise<boolean> {
  return (await tx.run(removeMember, [roleId, memberId])).length > 0
}

/**
 * Returns whether `roleId` is equal to `targetId`, or is a member of the role `targetId` directly or through other
 * roles. If so, `targetId` must not become a member of `roleId`, because the memberships would form a cycle.
 */
export async function roleReaches(tx: Queryable, roleId: string, targetId: string): Promise<boolean> {
  return (await tx.run(reaches, [roleId, targetId])).length > 0
}
