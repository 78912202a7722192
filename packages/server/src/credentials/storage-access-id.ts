import { hash } from 'node:crypto'
import type { StoragePermission } from './storage-grant.ts'

/** Fields that identify an issued credential in the record of storage access. */
export interface HeldAccess {
  readonly mode: string
  /** Public id of the key, or the id of the credential when it has no key id. */
  readonly key: string
  readonly principalId: string
  readonly actorId: string | null
  readonly relationId: string
  readonly permission: StoragePermission
}

/**
 * Returns the id of an issued credential as UUID. Every process computes the same id, so the process that issues a
 * credential and the gateway that serves it write to one row.
 */
export function storageAccessId({
  mode,
  key,
  principalId,
  actorId,
  relationId,
  permission,
}: HeldAccess): string {
  const digest = hash(
    'sha256',
    `${mode}\n${key}\n${principalId}\n${actorId ?? ''}\n${relationId}\n${permission}`,
    'hex',
  )
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-${digest.slice(12, 16)}-${digest.slice(16, 20)}-${digest.slice(20, 32)}`
}
