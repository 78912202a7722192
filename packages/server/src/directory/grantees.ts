import type { MemberKind } from '../store/roles.ts'
import type { DirectoryDeps } from './deps.ts'
import { parseExternalName } from './external-name.ts'
import { requireGroup } from './groups.ts'
import { requirePrincipal } from './principals.ts'
import { requireRole } from './roles.ts'

/** Reference to a principal, a role or a group, by id or by name. */
export type GranteeReference =
  { readonly principal: string } | { readonly role: string } | { readonly group: string }

/** Principal, role or group to which privileges can be granted. */
export interface Grantee {
  readonly kind: MemberKind
  readonly id: string
  /** Name of the principal, role or group. Null if it was deleted. */
  readonly name: string | null
  /**
   * Present only for groups. False if the server accepts no tokens of the group's issuer, so that the group has no
   * members.
   */
  readonly issuerConfigured?: boolean
}

/**
 * Finds a principal, a role or a group.
 *
 * @param isReceiver true when the grantee will receive a grant or a role, so that a group without members is created;
 * see `requireGroup`
 * @throws HeadgateError `no-such-object`
 */
export async function requireGrantee(
  deps: Pick<DirectoryDeps, 'sql' | 'issuers'>,
  reference: GranteeReference,
  isReceiver = false,
): Promise<Grantee> {
  const { sql } = deps
  if ('principal' in reference) {
    const { id, name } = await requirePrincipal(sql, reference.principal)
    return { kind: 'principal', id, name }
  }
  if ('group' in reference) {
    const { id, issuer, name } = await requireGroup(deps, reference.group, isReceiver)
    return { kind: 'group', id, name: `${issuer}#${name}` }
  }
  const { id, name } = await requireRole(sql, reference.role)
  return { kind: 'role', id, name }
}

/** Adds `issuerConfigured` to a group. Returns other grantees unchanged. */
export function withIssuerState(grantee: Grantee, issuers: ReadonlySet<string>): Grantee {
  if (grantee.kind !== 'group' || grantee.name === null) return grantee
  const { issuer } = parseExternalName(grantee.name)
  return { ...grantee, issuerConfigured: issuer !== null && issuers.has(issuer) }
}
