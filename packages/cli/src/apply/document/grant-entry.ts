import { z } from 'zod'
import { grantable } from '../../commands/grant/bundles.ts'
import { type GranteeText, granteeText, type SecurableText, securableText } from './names.ts'

/** Grants on one object to one grantee, in a document of `headgate apply`. */
export interface GrantEntry {
  readonly on: SecurableText
  readonly to: GranteeText
  /** Names of the granted privileges, or of bundles of privileges such as `reader`. */
  readonly privileges: readonly string[]
}

export const grantEntry: z.ZodType<GrantEntry> = z
  .strictObject({
    on: securableText,
    to: granteeText,
    privileges: z
      .array(z.enum(grantable))
      .min(1)
      .describe('Privileges, or bundles: reader is select, writer is modify and create, owner is manage.'),
  })
  .meta({ id: 'Grant' })
