import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'

/** Key that seals all other keys. It is read from the environment or the data directory and never stored. */
export interface MasterKey {
  readonly key: KeyObject
  /** Identifies the master key without revealing it. */
  readonly fingerprint: string
  /**
   * Previous master key during a rotation. It only opens secrets that it sealed. Null: no rotation is in
   * progress.
   */
  readonly previous: MasterKey | null
}

/**
 * Parses a master key: 32 bytes as base64, base64url or hex. White space around it is ignored.
 *
 * @param previous the previous master key, in the same form
 * @throws HeadgateError `bad-request` for any other text. The message never repeats the text.
 * @example
 * ```ts
 * const master = parseMasterKey(randomBytes(32).toString('base64'))
 * ```
 */
export function parseMasterKey(text: string, previous: string | null = null): MasterKey {
  const trimmed = text.trim()
  const bytes = decode(trimmed)
  if (bytes?.length !== 32) {
    throw new HeadgateError(
      'bad-request',
      'The master key must be 32 random bytes in base64 or hex, as `openssl rand -base64 32` prints them.',
    )
  }
  return masterKeyFrom(bytes, previous === null ? null : parseMasterKey(previous))
}

/** Creates a master key from 32 bytes, and computes its fingerprint. */
export function masterKeyFrom(bytes: Uint8Array, previous: MasterKey | null = null): MasterKey {
  const key = createSecretKey(bytes)
  return {
    key,
    fingerprint: createHmac('sha256', key).update('headgate master key').digest('hex').slice(0, 16),
    previous,
  }
}

function decode(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex')
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64')
  return null
}
