import { z } from 'zod'
import type { MemberKind } from '../store/roles.ts'
import type { Queryable } from '../store/sql.ts'
import { principalOf } from './principals.ts'
import { roleOf } from './roles.ts'
import { id, idOrName } from './schemas.ts'

/** A principal or a role as requests name it: by id or by name. */
export type GranteeName = { readonly principal: string } | { readonly role: string }

export const granteeName: z.ZodType<GranteeName> = z
  .union([z.strictObject({ principal: idOrName }), z.strictObject({ role: idOrName })])
  .meta({ id: 'GranteeName', description: 'A principal or a role, by id or by name.' })

/** A principal or a role as answers show it. `name` null: it is gone. */
export interface Grantee {
  readonly kind: MemberKind
  readonly id: string
  readonly name: string | null
}

export const granteeView: z.ZodType<Grantee> = z
  .strictObject({ kind: z.enum(['principal', 'role']), id, name: z.string().nullable() })
  .meta({ id: 'Grantee' })

/** Throws 404. */
export async function granteeOf(sql: Queryable, given: GranteeName): Promise<Grantee> {
  if ('principal' in given) {
    const { id, name } = await principalOf(sql, given.principal)
    return { kind: 'principal', id, name }
  }
  const { id, name } = await roleOf(sql, given.role)
  return { kind: 'role', id, name }
}
