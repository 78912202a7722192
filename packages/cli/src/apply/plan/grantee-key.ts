import { CliError } from '../../cli-error.ts'
import type { Grantee, GranteeName } from '../../management/generated/schemas.ts'
import type { PlanContext } from './plan-context.ts'

/**
 * Key that identifies a grantee, so that grantees of the server and of the documents can be compared. The key of a
 * principal contains its id, because names of users are not unique.
 */
export type GranteeKey = string

/**
 * Returns the key of a grantee that a document names, or null if neither the server nor the documents contain it. A
 * group always has a key, because the server creates groups with their first grant. If the caller may not read ids,
 * because it does not administer the server, the key contains the name.
 */
export async function granteeKey(context: KeyContext, to: GranteeName): Promise<GranteeKey | null> {
  if ('group' in to) return `group:${to.group}`
  try {
    return (await findId(context, to)) ?? (isCreated(context, to) ? `new ${formatGranteeName(to)}` : null)
  } catch (error) {
    if (error instanceof CliError && error.refusal?.status === 403) return `name of ${formatGranteeName(to)}`
    throw error
  }
}

type KeyContext = Pick<PlanContext, 'server' | 'names'>

async function findId(
  { server }: KeyContext,
  to: Exclude<GranteeName, { readonly group: string }>,
): Promise<GranteeKey | null> {
  if ('role' in to) {
    const role = await server.role(to.role)
    return role === null ? null : `role:${role.id}`
  }
  const found = await server.principal(to.principal)
  return found === null ? null : `principal:${found.principal.id}`
}

function isCreated({ names }: KeyContext, to: Exclude<GranteeName, { readonly group: string }>): boolean {
  return 'role' in to ? names.roles.has(to.role) : names.principals.has(to.principal)
}

/** Returns the key of a grantee that the server returned. */
export function keyOfGrantee({ kind, id, name }: Grantee): GranteeKey {
  return kind === 'group' ? `group:${name ?? id}` : `${kind}:${id}`
}

/** Returns whether a grantee that the server returned has this key, by id or by name. */
export function isGrantee(grantee: Grantee, key: GranteeKey): boolean {
  return keyOfGrantee(grantee) === key || `name of ${grantee.kind}:${grantee.name}` === key
}

/** Returns a reference to a grantee by its id, because names of users are not unique. */
export function toGranteeId({ kind, id }: Pick<Grantee, 'kind' | 'id'>): GranteeName {
  return kind === 'group' ? { group: id } : kind === 'role' ? { role: id } : { principal: id }
}

/** Formats a grantee as text for a document, such as `role:analysts`. */
export function formatGranteeName(to: GranteeName): string {
  if ('group' in to) return `group:${to.group}`
  return 'role' in to ? `role:${to.role}` : `principal:${to.principal}`
}
