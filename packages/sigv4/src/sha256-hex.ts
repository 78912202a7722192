import { hash } from 'node:crypto'

/** Returns the SHA-256 in lower-case hexadecimal digits. Text must have one character per byte. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', typeof data === 'string' ? Buffer.from(data, 'latin1') : data, 'hex')
}
