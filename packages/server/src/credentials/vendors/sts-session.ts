import { hash } from 'node:crypto'
import type { StorageGrant } from '../storage-grant.ts'

const maxNameLength = 64
const maxTagLength = 256

/**
 * Returns the name of a session at the token service. The name identifies the principal in the audit log of the store.
 * Two principals have different names, even if characters had to be replaced.
 *
 * The name has 2 to 64 characters that a security token service accepts (AssumeRole, `RoleSessionName`).
 */
export function toSessionName({ identity }: Pick<StorageGrant, 'identity'>): string {
  const { issuer, subject, name, id } = identity.principal
  const plain = name.replaceAll(/[^\w+=,.@-]/g, '-')
  if (plain === name && issuer === 'headgate' && name.length >= 2 && name.length <= maxNameLength) return name
  const mark = hash('sha256', JSON.stringify([id, issuer, subject]), 'hex').slice(0, 12)
  return `${plain.slice(0, maxNameLength - mark.length - 1)}-${mark}`
}

/**
 * Returns the tags of a session: principal, engine and table. The values are short, because AWS limits the size of the
 * tags together with the policy.
 */
export function toSessionTags({ identity, warehouse }: StorageGrant): readonly (readonly [string, string])[] {
  const { principal, actors } = identity
  const [actor] = actors
  return [
    ['headgate:principal', tagValue(principal.name)],
    ['headgate:principal-id', principal.id],
    ...(actor === undefined ? [] : [['headgate:actor', tagValue(actor.name)] as const]),
    ['headgate:warehouse', tagValue(warehouse.name)],
  ]
}

/**
 * Replaces characters that AWS does not accept in the value of a tag. AWS accepts letters, digits, spaces and some
 * punctuation.
 */
function tagValue(text: string): string {
  return text
    .normalize()
    .replaceAll(/[^\p{L}\p{N}\p{Z}_.:/=+@-]/gu, '_')
    .slice(0, maxTagLength)
}
