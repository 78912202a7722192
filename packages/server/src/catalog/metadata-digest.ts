import { hash, subtle } from 'node:crypto'

/** Maximum size in bytes of a text for which synchronous hashing is faster than the thread pool. */
const maxSyncBytes = 256 * 1024

/** Returns the SHA-256 of a metadata text, in hex. Large texts are hashed in the thread pool. */
export function digestOfText(text: Buffer): string | Promise<string> {
  return text.length <= maxSyncBytes ? hash('sha256', text, 'hex') : digestInPool(text)
}

async function digestInPool(text: Buffer): Promise<string> {
  return Buffer.from(await subtle.digest('SHA-256', Uint8Array.from(text))).toString('hex')
}
