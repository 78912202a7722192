import { z } from 'zod'
import type { MemberKind } from '../store/roles.ts'
import type { ManagementParts } from './administer.ts'
import { groupOf, splitName } from './groups.ts'
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
  /** Of groups: false when no tokens of its issuer are taken any more, so that nobody is in it. */
  readonly issuerConfigured?: boolean
}

export const granteeView: z.ZodType<Grantee> = z
  .strictObject({
    kind: z.enum(['principal', 'role', 'group']),
    id,
    name: z.string().nullable(),
    issuerConfigured: z
      .boolean()
      .exactOptional()
      .describe('Of groups: false when no tokens of its issuer are taken any more, so that nobody is in it.'),
  })
  .meta({ id: 'Grantee' })

/**
 * Throws 404.
 *
 * @param give something shall be given to it, see `groupOf`
 */
export async function granteeOf(
  parts: Pick<ManagementParts, 'sql' | 'issuers'>,
  given: GranteeName,
  give = false,
): Promise<Grantee> {
  const { sql } = parts
  if ('principal' in given) {
    const { id, name } = await principalOf(sql, given.principal)
    return { kind: 'principal', id, name }
  }
  if ('group' in given) {
    const { id, issuer, name } = await groupOf(parts, given.group, give)
    return { kind: 'group', id, name: `${issuer}#${name}` }
  }
  const { id, name } = await roleOf(sql, given.role)
  return { kind: 'role', id, name }
}

/** One in a list, as it is shown. */
export function listedGrantee(row: Grantee, issuers: ReadonlySet<string>): Grantee {
  if (row.kind !== 'group' || row.name === null) return row
  const [issuer] = splitName(row.name)
  return { ...row, issuerConfigured: issuer !== null && issuers.has(issuer) }
}
