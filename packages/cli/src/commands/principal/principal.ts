import { z } from 'zod'
import type { Fact } from '../../output/table.ts'
import { moment } from '../../output/times.ts'

/** A principal, as far as this program shows it. */
export interface Principal {
  readonly id: string
  readonly issuer: string
  readonly subject: string
  readonly name: string
  readonly kind: string
  readonly enabled: boolean
  readonly createdAt: string
}

export const principal: z.ZodType<Principal> = z.object({
  id: z.string(),
  issuer: z.string(),
  subject: z.string(),
  name: z.string(),
  kind: z.string(),
  enabled: z.boolean(),
  createdAt: z.string(),
})

export function principalFacts({
  id,
  name,
  kind,
  issuer,
  subject,
  enabled,
  createdAt,
}: Principal): readonly Fact[] {
  return [
    ['name', name],
    ['id', id],
    ['kind', kind],
    ['issuer', issuer],
    ['subject', subject],
    ['enabled', enabled],
    ['created', moment(createdAt)],
  ]
}
