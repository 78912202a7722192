import { HeadgateError } from '@headgate/errors'
import type { KeyRing } from './key-ring.ts'
import { open, seal } from './seal.ts'

const maxTokenLength = 4096

/**
 * Page tokens: where a list goes on, sealed, so that clients can neither read names they may not see nor point a list
 * at a place of their own.
 */
export interface PageTokens {
  /** @param list names the list with all that selects its content; a token opens for the same list only. */
  seal(list: string, position: readonly string[]): string
  /** The position. Throws 400 for whatever is not a token of this list. */
  open(list: string, token: string): readonly string[]
}

export function createPageTokens(ring: KeyRing): PageTokens {
  return {
    seal(list, position) {
      const key = ring.sealing('page-token')
      return `${key.id}.${seal(key.secretKey, list, Buffer.from(JSON.stringify(position))).toString('base64url')}`
    },
    open(list, token) {
      const dot = token.indexOf('.')
      if (token.length > maxTokenLength || dot < 1) throw notAToken()
      const key = ring.opening('page-token', token.slice(0, dot))
      const plain = key && open(key.secretKey, list, Buffer.from(token.slice(dot + 1), 'base64url'))
      if (!plain) throw notAToken()
      return positionOf(JSON.parse(plain.toString()))
    },
  }
}

/** Only what `seal` wrote can get here; the check keeps the types honest. */
function positionOf(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value
  throw notAToken()
}

function notAToken(): HeadgateError {
  return new HeadgateError('bad-request', 'The page token is not one of this list: start again without it.')
}
