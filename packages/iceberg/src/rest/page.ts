import { HeadgateError } from '@headgate/errors'
import { decodePageToken } from './page-token.ts'

/** Part of a list that a client requests. */
export type Page =
  | { readonly kind: 'everything' }
  | {
      readonly kind: 'page'
      /** Name after which the page starts, or undefined for the first page. */
      readonly after: string | undefined
      /** Maximum number of names in the page. */
      readonly size: number
    }

/**
 * Decodes `pageToken` and `pageSize`. Without a token, the client requests the whole list. An empty token requests the
 * first page.
 *
 * @param query decoded values; `undefined` if the parameter is absent
 * @param maxPageSize limit of `pageSize`, and its default
 * @throws {HeadgateError} `bad-request` for a size that is not a positive integer, or an invalid token
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
