import { HeadgateError } from '@headgate/errors'
import { decodePageToken } from './page-token.ts'

/** What part of a list is asked for. */
export type Page =
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'page'
      /** Name after which the page starts; undefined: from the beginning. */
      readonly after: string | undefined
      /** Most names the page may have. */
      readonly size: number
    }

/**
 * Reads `pageToken` and `pageSize`. An absent token asks for everything at once; an empty one for the first page.
 *
 * @param query decoded values; `undefined` where the parameter is absent
 * @param maxPageSize what larger sizes are cut to, and what a page has when no size is given
 * @throws {HeadgateError} `bad-request` for a size that is not a positive integer, or a token that is not ours
 */
export function decodePage(
  query: { readonly pageToken: string | undefined; readonly pageSize: string | undefined },
  maxPageSize: number,
): Page {
  const size = query.pageSize === undefined ? maxPageSize : decodePageSize(query.pageSize)
  if (query.pageToken === undefined) return { kind: 'everything' }
  return {
    kind: 'page',
    after: query.pageToken === '' ? undefined : decodePageToken(query.pageToken),
    size: Math.min(size, maxPageSize),
  }
}

function decodePageSize(text: string): number {
  if (!/^0*[1-9]\d*$/.test(text)) {
    throw new HeadgateError('bad-request', 'Invalid pageSize: expected an integer of at least 1')
  }
  return Number(text)
}
