import type { MasterKey } from './master-key.ts'
import { open, seal } from './seal.ts'

const layoutVersion = 2
const fingerprintBytes = 8
const head = 1 + fingerprintBytes

/**
 * Seals a secret with the master key, as `seal` does, and adds the fingerprint of the master key, so that two
 * master keys can be used during a rotation.
 *
 * Layout: version (1 byte), fingerprint of the master key (8), output of `seal`. Earlier releases wrote no
 * fingerprint; their output begins with the version of `seal`.
 */
export function sealWithMaster(master: MasterKey, context: string, plain: Uint8Array): Buffer {
  const fingerprint = Buffer.from(master.fingerprint, 'hex')
  return Buffer.concat([Buffer.of(layoutVersion), fingerprint, seal(master.key, context, plain)])
}

/**
 * Opens a secret that the current or the previous master key sealed. Returns null if neither opens it. The
 * fingerprint only selects the master key, and proves nothing.
 */
export function openWithMaster(master: MasterKey, context: string, sealed: Uint8Array): Buffer | null {
  const sealer = readFingerprint(sealed)
  const body = sealer === null ? sealed : sealed.subarray(head)
  for (const each of [master, master.previous]) {
    if (each === null || (sealer !== null && sealer !== each.fingerprint)) continue
    const plain = open(each.key, context, body)
    if (plain !== null) return plain
  }
  return null
}

/** Returns true if the secret contains the fingerprint of this master key. */
export function isSealedBy(master: MasterKey, sealed: Uint8Array): boolean {
  return readFingerprint(sealed) === master.fingerprint
}

/** Seals the content again with the current master key. Returns null if neither it nor the previous one opens it. */
export function resealed(master: MasterKey, context: string, sealed: Uint8Array): Buffer | null {
  const plain = openWithMaster(master, context, sealed)
  return plain === null ? null : sealWithMaster(master, context, plain)
}

/** Returns the fingerprint of the master key that sealed the content. Null: an earlier release wrote no fingerprint. */
function readFingerprint(sealed: Uint8Array): string | null {
  if (sealed[0] !== layoutVersion) return null
  return Buffer.from(sealed.subarray(1, head)).toString('hex')
}
