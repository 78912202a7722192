import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Grantee, GranteeName } from '../management/generated/schemas.ts'
import { visible } from '../output/visible.ts'

/**
 * Parses a grantee such as `principal:etl`, `role:analysts` or `group:https://idp.example#analysts`. The kind is
 * required, because a principal and a role may have the same name.
 *
 * @throws CliError for any other text
 */
export function parseGrantee(text: string): GranteeName {
  const [, kind, name] = /^(principal|role|group):(.+)$/s.exec(text) ?? []
  if (name !== undefined && kind === 'role') return { role: name }
  if (name !== undefined && kind === 'group') return { group: name }
  if (name !== undefined) return { principal: name }
  throw new CliError(exitCode.usage, `${visible(text) || '""'} is not a principal, role or group.`, {
    next: 'Write principal:NAME, role:NAME or group:ISSUER#NAME.',
  })
}

/**
 * Formats a grantee in the form that {@link parseGrantee} parses. The text of a deleted grantee, which has no name,
 * contains its id.
 */
export function formatGrantee({ kind, id, name, issuerConfigured = true }: Grantee): string {
  const text = `${kind}:${name ?? id}`
  return issuerConfigured ? text : `${text} (issuer not configured)`
}
