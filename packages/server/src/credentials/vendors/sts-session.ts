import { hash } from 'node:crypto'
import type { StorageGrant } from '../storage-grant.ts'

const maxNameLength = 64
const maxTagLength = 256

/**
 * The name of a session at the store: who it is for, as its audit trail shows it. Two principals never have the same one
 * because of what had to be replaced in it.
 *
 * 2 to 64 of the characters that a security token service takes (AssumeRole, `RoleSessionName`).
 */
export function sessionNameOf({ identity }: Pick<StorageGrant, 'identity'>): string {
  const { issuer, subject, name, id } = identity.principal
  const plain = name.replaceAll(/[^\w+=,.@-]/g, '-')
  if (plain === name && issuer === 'headgate' && name.length >= 2 && name.length <= maxNameLength) return name
  const mark = hash('sha256', JSON.stringify([id, issuer, subject]), 'hex').slice(0, 12)
  return `${plain.slice(0, maxNameLength - mark.length - 1)}-${mark}`
}

/** Tags of a session: the parties and the place. Short, because their packed size is bounded together with the policy's. */
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

/** What AWS takes as the value of a tag: letters, digits, spaces and some signs. */
function tagValue(text: string): string {
  return text
    .normalize()
    .replaceAll(/[^\p{L}\p{N}\p{Z}_.:/=+@-]/gu, '_')
    .slice(0, maxTagLength)
}
