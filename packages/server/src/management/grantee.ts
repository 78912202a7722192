import { z } from 'zod'
import type { Grantee, GranteeReference } from '../directory/grantees.ts'
import { id, idOrName } from './schemas.ts'

export const granteeName: z.ZodType<GranteeReference> = z
  .union([
    z.strictObject({ principal: idOrName }),
    z.strictObject({ role: idOrName }),
    z.strictObject({ group: idOrName.describe('Id of the group, or ISSUER#NAME.') }),
  ])
  .meta({ id: 'GranteeName', description: 'A principal, a role or a group of an issuer, by id or by name.' })

export const granteeView: z.ZodType<Grantee> = z
  .strictObject({
    kind: z.enum(['principal', 'role', 'group']),
    id,
    name: z.string().nullable(),
    issuerConfigured: z
      .boolean()
      .exactOptional()
      .describe('False for a group whose issuer is no longer configured, so that it has no members.'),
  })
  .meta({ id: 'Grantee' })
