import { serverId } from '../reserved-ids.ts'
import { findPrincipal, ownIssuer } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'
import { requirePrincipal } from './principals.ts'

/** Returns the name of an object's owner, in the format of audit events. Returns null if the owner was deleted. */
export async function findOwnerName(sql: Queryable, ownerId: string): Promise<string | null> {
  if (ownerId === serverId) return 'server'
  const owner = await findPrincipal(sql, ownerId)
  if (owner === null) return null
  return owner.issuer === ownIssuer ? owner.subject : `${owner.issuer}#${owner.subject}`
}

/**
 * Returns the id of an owner: of the server for the name `server`, otherwise of the principal with this name.
 *
 * @throws HeadgateError `no-such-object`
 */
export async function requireOwnerId(sql: Queryable, owner: string): Promise<string> {
  return owner === 'server' ? serverId : (await requirePrincipal(sql, owner)).id
}
