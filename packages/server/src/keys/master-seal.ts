import type { MasterKey } from './master-key.ts'
import { open, seal } from './seal.ts'

const layoutVersion = 2
const fingerprintBytes = 8
const head = 1 + fingerprintBytes

/**
 * Seals with the master key, as `seal` does, and says which one it was, so that two can be in use while one takes the
 * place of the other.
 *
 * Layout: version (1 byte), fingerprint of the master key (8), what `seal` makes. What earlier releases wrote has no
 * fingerprint and begins with the version of `seal`.
 */
export function sealWithMaster(master: MasterKey, context: string, plain: Uint8Array): Buffer {
  const fingerprint = Buffer.from(master.fingerprint, 'hex')
  return Buffer.concat([Buffer.of(layoutVersion), fingerprint, seal(master.key, context, plain)])
}

/** What was sealed by the master key or the previous one, or null. The fingerprint is a hint, not a proof. */
export function openWithMaster(master: MasterKey, context: string, sealed: Uint8Array): Buffer | null {
  const sealer = sealerOf(sealed)
  const body = sealer === null ? sealed : sealed.subarray(head)
  for (const each of [master, master.previous]) {
    if (each === null || (sealer !== null && sealer !== each.fingerprint)) continue
    const plain = open(each.key, context, body)
    if (plain !== null) return plain
  }
  return null
}

/** Whether it was sealed by this very master key, and says so. */
export function isSealedBy(master: MasterKey, sealed: Uint8Array): boolean {
  return sealerOf(sealed) === master.fingerprint
}

/** The same sealed by the master key of now. Null: neither it nor the previous one opens it. */
export function resealed(master: MasterKey, context: string, sealed: Uint8Array): Buffer | null {
  const plain = openWithMaster(master, context, sealed)
  return plain === null ? null : sealWithMaster(master, context, plain)
}

/** Fingerprint of the master key that sealed something. Null: it was written before they were kept. */
function sealerOf(sealed: Uint8Array): string | null {
  if (sealed[0] !== layoutVersion) return null
  return Buffer.from(sealed.subarray(1, head)).toString('hex')
}
