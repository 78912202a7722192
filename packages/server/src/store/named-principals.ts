import type { Privilege } from '../privilege.ts'
import type { PrincipalRow } from './principals.ts'
import { type Queryable, statement } from './sql.ts'

const isGrantee = statement(
  'principal-is-grantee',
  `select from grant_entry
   where securable_id = any($1::uuid[]) and grantee_kind = 'principal' and grantee_id = $2 limit 1`,
)
const page = statement(
  'named-holders-page',
  `select p.id, p.issuer, p.subject, p.name, p.kind, p.enabled, p.not_before as "notBefore", p.created_at as "createdAt"
   from principal p
   where (p.id = any($3::uuid[]) or exists (
       select from grant_entry g
       where g.securable_id = any($1::uuid[]) and g.privilege = any($2::text[]) and g.grantee_kind = 'principal' and g.grantee_id = p.id))
     and ($4::text is null or (p.name, p.id) > ($4, $5::uuid))
   order by p.name, p.id limit $6`,
)

/**
 * Returns whether the principal itself is the grantee of a grant on one of the objects. Grants to roles and
 * groups of the principal do not count.
 */
export async function isNamedInGrants(
  sql: Queryable,
  securableIds: readonly string[],
  principalId: string,
): Promise<boolean> {
  return (await sql.run(isGrantee, [securableIds, principalId])).length > 0
}

/**
 * Returns the owners of the objects, and the principals to which one of the privileges on one of the objects
 * is granted directly, in order of their names. Includes disabled principals.
 */
export function listNamedHolders(
  sql: Queryable,
  asked: {
    readonly securableIds: readonly string[]
    readonly privileges: readonly Privilege[]
    readonly owners: readonly string[]
    readonly after: Pick<PrincipalRow, 'name' | 'id'> | null
    readonly limit: number
  },
): Promise<PrincipalRow[]> {
  const { securableIds, privileges, owners, after, limit } = asked
  const position = [after?.name ?? null, after?.id ?? null]
  return sql.run<PrincipalRow>(page, [securableIds, privileges, owners, ...position, limit])
}
