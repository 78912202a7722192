import type { KeyRing } from './key-ring.ts'
import type { SealingKey, SealingPurpose } from './ring-key.ts'
import { open, seal } from './seal.ts'

/** Key purpose and context of a sealed token. A token does not open with another purpose or context. */
export interface TokenKind {
  readonly purpose: SealingPurpose
  readonly context: string
}

export type OpenedToken =
  | { readonly ok: true; readonly plain: string; readonly key: SealingKey }
  | { readonly ok: false; readonly reason: 'malformed' | 'unknown key' | 'not ours' }

/** Seals a text that clients store, with the active key: `<key id>.<sealed, in base64url>`. */
export function sealToken(
  ring: KeyRing,
  { purpose, context }: TokenKind,
  plain: string,
): { readonly token: string; readonly key: SealingKey } {
  const key = ring.sealing(purpose)
  const sealed = seal(key.secretKey, context, Buffer.from(plain))
  return { token: `${key.id}.${sealed.toString('base64url')}`, key }
}

/**
 * Decrypts a token of `sealToken`. Returns the text and the key, or the reason why the token cannot be opened.
 *
 * @param maxLength maximum length in characters; longer tokens are refused
 */
export function openToken(
  ring: KeyRing,
  { purpose, context }: TokenKind,
  token: string,
  maxLength: number,
): OpenedToken {
  const dot = token.indexOf('.')
  if (dot < 1 || token.length > maxLength) return { ok: false, reason: 'malformed' }
  const key = ring.opening(purpose, token.slice(0, dot))
  if (key === undefined) return { ok: false, reason: 'unknown key' }
  const plain = open(key.secretKey, context, Buffer.from(token.slice(dot + 1), 'base64url'))
  return plain === null ? { ok: false, reason: 'not ours' } : { ok: true, plain: plain.toString(), key }
}
