import { z } from 'zod'
import { type GranteeText, granteeText } from './names.ts'

/** Role in a document of `headgate apply`, with its direct members. */
export interface RoleEntry {
  readonly name: string
  readonly members?: readonly GranteeText[] | undefined
}

export const roleEntry: z.ZodType<RoleEntry> = z
  .strictObject({
    name: z.string().min(1).max(128),
    members: z.array(granteeText).optional().describe('Direct members of the role.'),
  })
  .meta({ id: 'Role' })
