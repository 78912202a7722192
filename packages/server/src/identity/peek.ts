import { isUtf8 } from 'node:buffer'
import { JsonError, parseBytes } from '@headgate/json'

/** Longer texts cannot be tokens for this server and are not even split. */
export const maxForeignTokenLength = 16_384
const maxDepth = 16

/** Claims of a JWT that is not verified yet. */
export interface Peeked {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  /** Null: it is unsigned. */
  readonly signature: string | null
}

/** Splits a JWT in the compact form, to find out who could verify it. Null: it is none. */
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
  // No name has a NUL in it, and the store has no way to be asked for one.
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
