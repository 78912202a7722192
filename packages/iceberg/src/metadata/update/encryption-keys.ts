import type { Draft } from '../builder/draft.ts'
import type { EncryptedKey } from '../types.ts'

/** Adds a key; one with the same id stays as it is. */
export function addEncryptionKey(draft: Draft, key: EncryptedKey): void {
  if (draft.encryptionKeys.has(key['key-id'])) return
  draft.encryptionKeys.set(key['key-id'], key)
  draft.changes.any = true
}

export function removeEncryptionKey(draft: Draft, keyId: string): void {
  if (draft.encryptionKeys.delete(keyId)) draft.changes.any = true
}
