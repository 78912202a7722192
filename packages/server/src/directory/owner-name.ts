import { serverId } from '../reserved-ids.ts'
import { findPrincipal, ownIssuer } from '../store/principals.ts'
import type { Queryable } from '../store/sql.ts'

/** Returns the owner of an object in the form of audit events, or null if that principal was deleted. */
export async function findOwnerName(sql: Queryable, ownerId: string): Promise<string | null> {
  if (ownerId === serverId) return 'server'
  const owner = await findPrincipal(sql, ownerId)
  if (owner === null) return null
  return owner.issuer === ownIssuer ? owner.subject : `${owner.issuer}#${owner.subject}`
}
