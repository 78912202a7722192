import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from 'node:crypto'

const cipher = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16
const formatVersion = 1

/**
 * Encrypts and authenticates `plain` with AES-256-GCM (NIST SP 800-38D). `context` is authenticated but not stored: text
 * that was sealed for one context does not open in another.
 *
 * Layout: version (1 byte), iv (12), tag (16), ciphertext.
 */
export function seal(key: KeyObject, context: string, plain: Uint8Array): Buffer {
  const iv = randomBytes(ivBytes)
  const encryption = createCipheriv(cipher, key, iv, { authTagLength: tagBytes })
  encryption.setAAD(Buffer.from(context))
  const body = Buffer.concat([encryption.update(plain), encryption.final()])
  return Buffer.concat([Buffer.of(formatVersion), iv, encryption.getAuthTag(), body])
}

/** Opens what `seal` returned. Returns null if another key or context sealed it, or if it was changed. */
export function open(key: KeyObject, context: string, sealed: Uint8Array): Buffer | null {
  const head = 1 + ivBytes + tagBytes
  if (sealed.length < head || sealed[0] !== formatVersion) return null
  const decryption = createDecipheriv(cipher, key, sealed.subarray(1, 1 + ivBytes), {
    authTagLength: tagBytes,
  })
  decryption.setAAD(Buffer.from(context))
  decryption.setAuthTag(sealed.subarray(1 + ivBytes, head))
  try {
    return Buffer.concat([decryption.update(sealed.subarray(head)), decryption.final()])
  } catch {
    return null
  }
}
