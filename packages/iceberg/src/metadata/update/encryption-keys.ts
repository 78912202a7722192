import type { Draft } from '../builder/draft.ts'
import type { EncryptedKey } from '../types.ts'

/** Adds an encryption key to a table. Does nothing if the table already has a key with this id. */
export function addEncryptionKey(draft: Draft, key: EncryptedKey): void {
  if (draft.encryptionKeys.has(key['key-id'])) return
  draft.encryptionKeys.set(key['key-id'], key)
  draft.changes.any = true
}

/** Removes an encryption key from a table. Ignores unknown ids. */
export function removeEncryptionKey(draft: Draft, keyId: string): void {
  if (draft.encryptionKeys.delete(keyId)) draft.changes.any = true
}
