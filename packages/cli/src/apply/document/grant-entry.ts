import { z } from 'zod'
import { grantable } from '../../commands/grant/bundles.ts'
import { type GranteeText, granteeText, type SecurableText, securableText } from './names.ts'

/** Grants on one object to one grantee, in a document of `headgate apply`. */
export interface GrantEntry {
  readonly on: SecurableText
  readonly to: GranteeText
  /** Names of the granted privileges, or of bundles of privileges such as `reader`. */
  readonly privileges: readonly string[]
  /** Condition on the rows to which `select` is restricted. Absent: all rows. */
  readonly rows?: string | undefined
  /** Names of the columns to which `select` is restricted. Absent: all columns. */
  readonly columns?: readonly string[] | undefined
}

export const grantEntry: z.ZodType<GrantEntry> = z
  .strictObject({
    on: securableText,
    to: granteeText,
    privileges: z
      .array(z.enum(grantable))
      .min(1)
      .describe('Privileges, or bundles: reader is select, writer is modify and create, owner is manage.'),
    rows: z
      .string()
      .min(1)
      .optional()
      .describe("Condition on the rows to which select is restricted, such as region = 'eu'."),
    columns: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Names of the columns to which select is restricted.'),
  })
  .refine(
    ({ privileges, rows, columns }) =>
      (rows === undefined && columns === undefined) ||
      privileges.every((name) => name === 'select' || name === 'reader'),
    'rows and columns restrict only select: write the other privileges in a separate entry',
  )
  .meta({ id: 'Grant' })
