import { HeadgateError } from '@headgate/errors'
import { decodePage, encodePageToken } from '@headgate/iceberg/rest'
import type { PageRequest } from '../catalog/list-page.ts'
import type { Call } from '../operation/operation.ts'

/**
 * Returns the page that the request asks for. Null: the client does not support pages, so the response contains
 * the whole list.
 *
 * @throws HeadgateError `bad-request`
 */
export function pageParams({ query }: Pick<Call, 'query'>, maxPageSize: number): PageRequest {
  const pageToken = query.get('pageToken') ?? undefined
  const page = decodePage({ pageToken, pageSize: query.get('pageSize') ?? undefined }, maxPageSize)
  if (page.kind !== 'page') return null
  // PostgreSQL refuses a text that contains U+0000, so the server refuses such a page token before it queries the
  // database.
  if (page.after?.includes('\u0000') === true) {
    throw new HeadgateError(
      'bad-request',
      'Invalid pageToken: use the next-page-token of the previous page, unchanged',
    )
  }
  return { after: page.after ?? null, size: page.size }
}

/** Returns the token of the page after the one that ends with `last`. Null: it was the last page. */
export function nextPageToken(last: string | undefined, hasMore: boolean): string | null {
  return hasMore && last !== undefined ? encodePageToken(last) : null
}
