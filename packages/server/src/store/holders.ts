import type { Privilege } from '../privilege.ts'
import { serverId } from '../reserved-ids.ts'
import type { GroupAges } from './policies.ts'
import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

/**
 * Finds the principals that have a privilege on an object by themselves (without an engine that acts for
 * them): as owner, by a grant, by a role or by a group. The result is consistent with `decide`. Limits the
 * rights of a principal that is an engine to those in its engine entry.
 */
const holders = statement(
  'holders-page',
  `with recursive holder(id, kind) as (
     select grantee_id, grantee_kind from grant_entry
     where (securable_id = any($1::uuid[]) and privilege = any($2::text[])) or (securable_id = '${serverId}' and privilege = any($9::text[]))
     union
     select m.member_id, m.member_kind from role_member m join holder h on h.kind = 'role' and m.role_id = h.id
   )
   select p.id, p.issuer, p.subject, p.name, p.kind, p.enabled, p.not_before as "notBefore", p.created_at as "createdAt"
   from principal p
   where p.enabled
     and (p.id = any($3::uuid[]) or exists (select from holder h where h.kind = 'principal' and h.id = p.id)
       or p.groups_at > now() - make_interval(secs => coalesce(($8::jsonb ->> p.issuer)::float8, 0)) and exists (
         select from group_member m join holder h on h.kind = 'group' and h.id = m.group_id where m.principal_id = p.id))
     and not exists (
       select from engine e where e.principal_id = p.id and not (
         e.first_calls = 'service' and (e.warehouses is null or coalesce($4::uuid = any(e.warehouses), false))
         and coalesce(e.privileges && $2::text[], $10::boolean)))
     and ($5::text is null or (p.name, p.id) > ($5, $6::uuid))
   order by p.name, p.id limit $7`,
)

export interface HolderPage {
  /** Ids of the object and of all its parents. */
  readonly securableIds: readonly string[]
  /** The requested privilege, and the privileges that include it in a grant on any object. */
  readonly privileges: readonly Privilege[]
  /** The requested privilege, and the privileges that include it in a grant on the server. */
  readonly serverPrivileges: readonly Privilege[]
  /**
   * Whether an engine has the privilege if its entry does not limit privileges. If false, an engine has the
   * privilege only if its entry lists the privilege.
   */
  readonly unlimitedEngines: boolean
  readonly owners: readonly string[]
  /** Warehouse of the object. Null when the object is the server. */
  readonly warehouseId: string | null
  readonly groupAges: GroupAges
  readonly after: Pick<PrincipalRow, 'name' | 'id'> | null
  readonly limit: number
}

/** Returns the principals that have the privilege, in byte order of their names. */
export function listHolders(sql: Queryable, page: HolderPage): Promise<PrincipalRow[]> {
  const { securableIds, privileges, owners, warehouseId, groupAges, after, limit } = page
  const { serverPrivileges, unlimitedEngines } = page
  // The privilege `select-restricted` of a restricted grant implies `use`, so its holders also have `use`.
  const stored: readonly string[] = privileges.includes('use')
    ? [...privileges, 'select-restricted']
    : privileges
  const position = [after?.name ?? null, after?.id ?? null]
  return sql.run<PrincipalRow>(holders, [
    securableIds,
    stored,
    owners,
    warehouseId,
    ...position,
    limit,
    JSON.stringify(groupAges),
    serverPrivileges,
    unlimitedEngines,
  ])
}
