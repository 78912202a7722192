import { z } from 'zod'
import type { PrincipalRow } from '../directory/principals.ts'
import { id } from './schemas.ts'

/** Principal in the list of holders, without the fields that show whether it is enabled. */
export type HolderView = Pick<PrincipalRow, 'id' | 'issuer' | 'subject' | 'name' | 'kind'>

export const holderView: z.ZodType<HolderView> = z
  .strictObject({
    id,
    issuer: z.string(),
    subject: z.string(),
    name: z.string(),
    kind: z.enum(['service', 'user']),
  })
  .meta({ id: 'Holder' })

/** Returns the fields of a principal that a list of holders shows. */
export function toHolderView({ id, issuer, subject, name, kind }: PrincipalRow): HolderView {
  return { id, issuer, subject, name, kind }
}
