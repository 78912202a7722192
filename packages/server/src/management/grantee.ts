import { z } from 'zod'
import type { MemberKind } from '../store/roles.ts'
import type { Queryable } from '../store/sql.ts'
import { groupOf } from './groups.ts'
import { principalOf } from './principals.ts'
import { roleOf } from './roles.ts'
import { id, idOrName } from './schemas.ts'

/** A principal, a role or a group as requests name it: by id or by name. */
export type GranteeName =
  { readonly principal: string } | { readonly role: string } | { readonly group: string }

export const granteeName: z.ZodType<GranteeName> = z
  .union([
    z.strictObject({ principal: idOrName }),
    z.strictObject({ role: idOrName }),
    z.strictObject({ group: idOrName.describe('The id of the group, or ISSUER#NAME.') }),
  ])
  .meta({ id: 'GranteeName', description: 'A principal, a role or a group of an issuer, by id or by name.' })

/** A principal, a role or a group as answers show it. `name` null: it is gone. */
export interface Grantee {
  readonly kind: MemberKind
  readonly id: string
  readonly name: string | null
}

export const granteeView: z.ZodType<Grantee> = z
  .strictObject({ kind: z.enum(['principal', 'role', 'group']), id, name: z.string().nullable() })
  .meta({ id: 'Grantee' })

/**
 * Throws 404.
 *
 * @param makeGroup a group may be named that nobody was in yet
 */
export async function granteeOf(sql: Queryable, given: GranteeName, makeGroup = false): Promise<Grantee> {
  if ('principal' in given) {
    const { id, name } = await principalOf(sql, given.principal)
    return { kind: 'principal', id, name }
  }
  if ('group' in given) {
    const { id, issuer, name } = await groupOf(sql, given.group, makeGroup)
    return { kind: 'group', id, name: `${issuer}#${name}` }
  }
  const { id, name } = await roleOf(sql, given.role)
  return { kind: 'role', id, name }
}
