import { HeadgateError } from '@headgate/errors'
import type { KeyRing } from './key-ring.ts'
import { openToken, sealToken, type TokenKind } from './sealed-token.ts'

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
    seal: (list, position) => sealToken(ring, kindOf(list), JSON.stringify(position)).token,
    open(list, token) {
      const opened = openToken(ring, kindOf(list), token, maxTokenLength)
      if (!opened.ok) throw notAToken()
      return positionOf(JSON.parse(opened.plain))
    },
  }
}

function kindOf(list: string): TokenKind {
  return { purpose: 'page-token', context: list }
}

/** Only what `seal` wrote can get here; the check keeps the types honest. */
function positionOf(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value
  throw notAToken()
}

function notAToken(): HeadgateError {
  return new HeadgateError('bad-request', 'The page token is not one of this list: start again without it.')
}
