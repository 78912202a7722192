import { hash } from 'node:crypto'
import type { StorageGrant } from '../storage-grant.ts'

const maxNameLength = 64
const maxTagLength = 256

/**
 * Returns the name of a session at the store: the principal, as the store's audit trail shows it. Names of two principals
 * differ even where characters had to be replaced.
 *
 * 2 to 64 characters that a security token service accepts (AssumeRole, `RoleSessionName`).
 */
export function sessionNameOf({ identity }: Pick<StorageGrant, 'identity'>): string {
  const { issuer, subject, name, id } = identity.principal
  const plain = name.replaceAll(/[^\w+=,.@-]/g, '-')
  if (plain === name && issuer === 'headgate' && name.length >= 2 && name.length <= maxNameLength) return name
  const mark = hash('sha256', JSON.stringify([id, issuer, subject]), 'hex').slice(0, 12)
  return `${plain.slice(0, maxNameLength - mark.length - 1)}-${mark}`
}

/** Returns the tags of a session: principal, engine and table. Short, because AWS limits their packed size together with the policy. */
export function sessionTagsOf({ identity, warehouse }: StorageGrant): readonly (readonly [string, string])[] {
  const { principal, actors } = identity
  const [actor] = actors
  return [
    ['headgate:principal', tagValue(principal.name)],
    ['headgate:principal-id', principal.id],
    ...(actor === undefined ? [] : [['headgate:actor', tagValue(actor.name)] as const]),
    ['headgate:warehouse', tagValue(warehouse.name)],
  ]
}

/** Replaces characters that AWS refuses in the value of a tag. It accepts letters, digits, spaces and some signs. */
function tagValue(text: string): string {
  return text
    .normalize()
    .replaceAll(/[^\p{L}\p{N}\p{Z}_.:/=+@-]/gu, '_')
    .slice(0, maxTagLength)
}
