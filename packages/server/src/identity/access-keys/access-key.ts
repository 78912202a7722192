import { randomBytes } from 'node:crypto'
import { generateSecret } from '../client-secret.ts'

/** Access key of a principal with its secret, which only the response that creates it contains. */
export interface AccessKey {
  readonly accessKeyId: string
  /** Secret of the access key: 256 random bits in base64url, 43 characters. */
  readonly secretAccessKey: string
}

const randomCharacters = 20
const pattern = new RegExp(`^HGAK[A-Z2-7]{${randomCharacters}}$`)

/**
 * Generates an access key. Its id has a prefix, by which people and programs that search for leaked secrets recognize
 * it. The length distinguishes it from the ids of storage credentials, which are shorter.
 */
export function generateAccessKey(): AccessKey {
  const random = Array.from(randomBytes(randomCharacters), (byte) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte & 31),
  )
  return { accessKeyId: `HGAK${random.join('')}`, secretAccessKey: generateSecret() }
}

/** Returns true for a text that `generateAccessKey` can return as an id. */
export function isAccessKeyId(text: string): boolean {
  return pattern.test(text)
}
