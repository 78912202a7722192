import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { visible } from '../output/visible.ts'

/** A principal or a role, as the management interface takes it. */
export type GranteeName = { readonly principal: string } | { readonly role: string }

/**
 * Reads `principal:etl` and `role:analysts`; the kind must be written, because a principal and a role may have the same
 * name.
 *
 * @throws CliError for anything else
 */
export function parseGrantee(text: string): GranteeName {
  const [, kind, name] = /^(principal|role):(.+)$/.exec(text) ?? []
  if (name !== undefined) return kind === 'role' ? { role: name } : { principal: name }
  throw new CliError(exitCode.usage, `Who is meant by ${visible(text) || '""'} cannot be told.`, {
    next: 'Write principal:NAME or role:NAME.',
  })
}

/** Who has something, as answers show it. `name` null: it is gone. */
export interface Grantee {
  readonly kind: 'principal' | 'role'
  readonly id: string
  readonly name: string | null
}

export const grantee: z.ZodType<Grantee> = z.object({
  kind: z.enum(['principal', 'role']),
  id: z.string(),
  name: z.string().nullable(),
})

export function formatGrantee({ kind, id, name }: Grantee): string {
  return `${kind}:${name ?? id}`
}
