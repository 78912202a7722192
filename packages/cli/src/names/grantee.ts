import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { visible } from '../output/visible.ts'

/** A principal, a role or a group, as the management interface takes it. */
export type GranteeName =
  { readonly principal: string } | { readonly role: string } | { readonly group: string }

/**
 * Reads `principal:etl`, `role:analysts` and `group:https://idp.example#analysts`; the kind must be written, because a
 * principal and a role may have the same name.
 *
 * @throws CliError for anything else
 */
export function parseGrantee(text: string): GranteeName {
  const [, kind, name] = /^(principal|role|group):(.+)$/s.exec(text) ?? []
  if (name !== undefined && kind === 'role') return { role: name }
  if (name !== undefined && kind === 'group') return { group: name }
  if (name !== undefined) return { principal: name }
  throw new CliError(exitCode.usage, `Who is meant by ${visible(text) || '""'} cannot be told.`, {
    next: 'Write principal:NAME, role:NAME or group:ISSUER#NAME.',
  })
}

/** Who has something, as answers show it. `name` null: it is gone. */
export interface Grantee {
  readonly kind: 'principal' | 'role' | 'group'
  readonly id: string
  readonly name: string | null
  readonly issuerConfigured?: boolean
}

export const grantee: z.ZodType<Grantee> = z.object({
  kind: z.enum(['principal', 'role', 'group']),
  id: z.string(),
  name: z.string().nullable(),
  issuerConfigured: z.boolean().exactOptional(),
})

/** What stands behind a group in which nobody can be. */
const issuerGone = '(issuer not configured)'

export function formatGrantee({ kind, id, name, issuerConfigured = true }: Grantee): string {
  const who = `${kind}:${name ?? id}`
  return issuerConfigured ? who : `${who} ${issuerGone}`
}
