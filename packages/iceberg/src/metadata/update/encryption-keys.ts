import type { Draft } from '../builder/draft.ts'
import type { EncryptedKey } from '../types.ts'

/** Adds a key. Does not change an existing key with the same id. */
export function addEncryptionKey(draft: Draft, key: EncryptedKey): void {
  if (draft.encryptionKeys.has(key['key-id'])) return
  draft.encryptionKeys.set(key['key-id'], key)
  draft.changes.any = true
}

/** Removes a key. Ignores unknown ids. */
export function removeEncryptionKey(draft: Draft, keyId: string): void {
  if (draft.encryptionKeys.delete(keyId)) draft.changes.any = true
}
