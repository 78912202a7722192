import { HeadgateError } from '@headgate/errors'
import type { KeyRing } from './key-ring.ts'
import { openToken, sealToken, type TokenKind } from './sealed-token.ts'

const maxTokenLength = 4096

/**
 * Page tokens contain the position in a list. They are sealed, so that clients can neither read hidden names nor choose a
 * position.
 */
export interface PageTokens {
  /**
   * Returns a page token that contains the position.
   *
   * @param list identifies the list, including all filters. The token is valid only for the same list
   */
  seal(list: string, position: readonly string[]): string
  /** Returns the position in a page token. Throws 400 for a text that is not a token of this list. */
  open(list: string, token: string): readonly string[]
}

export function createPageTokens(ring: KeyRing): PageTokens {
  return {
    seal: (list, position) => sealToken(ring, toTokenKind(list), JSON.stringify(position)).token,
    open(list, token) {
      const opened = openToken(ring, toTokenKind(list), token, maxTokenLength)
      if (!opened.ok) throw notAToken()
      return parsePosition(JSON.parse(opened.plain))
    },
  }
}

function toTokenKind(list: string): TokenKind {
  return { purpose: 'page-token', context: list }
}

/** Parses the content of a token. The content always comes from `seal`, so the checks only narrow the type. */
function parsePosition(value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every((part) => typeof part === 'string')) return value
  throw notAToken()
}

function notAToken(): HeadgateError {
  return new HeadgateError(
    'bad-request',
    'The page token belongs to another list or is invalid: start again without it.',
  )
}
