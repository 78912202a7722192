import { z } from 'zod'

/** A role, as far as this program shows it. */
export interface Role {
  readonly id: string
  readonly name: string
  readonly system: boolean
  readonly createdAt: string
}

export const role: z.ZodType<Role> = z.object({
  id: z.string(),
  name: z.string(),
  system: z.boolean(),
  createdAt: z.string(),
})
