import { hash } from 'node:crypto'

/** SHA-256 in lower-case hexadecimal digits; text counts as one byte per character. */
export function sha256Hex(data: string | Uint8Array): string {
  return hash('sha256', typeof data === 'string' ? Buffer.from(data, 'latin1') : data, 'hex')
}
