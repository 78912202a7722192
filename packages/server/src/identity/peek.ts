import { isUtf8 } from 'node:buffer'
import { JsonError, parseBytes } from '@headgate/json'

/** Maximum number of characters of a token of another issuer. Longer texts are refused without being parsed. */
export const maxForeignTokenLength = 16_384
const maxDepth = 16

/** Claims of a JWT that is not verified yet. */
export interface Peeked {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** Signature in base64url. Null: the JWT is unsigned. */
  readonly signature: string | null
}

/**
 * Parses a JWT in compact form without verifying it, so that its verifier can be selected. Null: the text is
 * not a JWT.
 */
export function peek(token: string): Peeked | null {
  if (token.length > maxForeignTokenLength) return null
  const [first = '', second = '', third, ...more] = token.split('.')
  if (third === undefined || more.length > 0) return null
  const [header, claims] = [parseObject(first), parseObject(second)]
  if (header === null || claims === null || !/^[A-Za-z0-9_-]*$/.test(third)) return null
  return { header, claims, signature: third === '' ? null : third }
}

function parseObject(part: string): Readonly<Record<string, unknown>> | null {
  if (!/^[A-Za-z0-9_-]+$/.test(part)) return null
  const bytes = Buffer.from(part, 'base64url')
  // PostgreSQL can neither store nor search U+0000, so no valid token contains this character.
  if (!isUtf8(bytes) || bytes.includes('\\u0000')) return null
  try {
    const value: unknown = parseBytes(bytes, { maxDepth })
    return isObject(value) ? value : null
  } catch (error) {
    if (error instanceof JsonError) return null
    throw error
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
