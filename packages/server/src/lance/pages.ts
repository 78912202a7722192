import { HeadgateError } from '@headgate/errors'
import { decodePageToken, encodePageToken } from '@headgate/iceberg/rest'
import type { ListPage, PageRequest } from '../catalog/list-page.ts'
import type { Call } from '../operation/operation.ts'

/**
 * Returns the page of a list that the query requests (`limit` and `page_token`). Null: the whole list. A page may have
 * the size 0.
 *
 * @throws HeadgateError `bad-request`
 */
export function pageParams({ query }: Pick<Call, 'query'>, maxPageSize: number): PageRequest {
  const [limit, token] = [query.get('limit'), query.get('page_token')]
  const after = token === null || token === '' ? null : decodePageToken(token)
  if (after?.includes('\u0000') === true)
    throw new HeadgateError(
      'bad-request',
      'Invalid page_token: use the page_token of the previous page, unchanged',
    )
  if (limit === null || limit === '') return after === null ? null : { after, size: maxPageSize }
  if (!/^\d{1,18}$/.test(limit))
    throw new HeadgateError('bad-request', 'Invalid limit: expected an integer of at least 0')
  return { after, size: Math.min(Number(limit), maxPageSize) }
}

/** Returns a page of a list that was read completely, in the order of the names. */
export function pageOf<Item extends { readonly name: string }>(
  items: readonly Item[],
  page: PageRequest,
): { readonly items: readonly Item[]; readonly hasMore: boolean } {
  const sorted = items.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
  if (page === null) return { items: sorted, hasMore: false }
  const { after, size } = page
  const rest = after === null ? sorted : sorted.filter(({ name }) => name > after)
  return { items: rest.slice(0, size), hasMore: rest.length > size }
}

/** Returns the token of the page after `page`, or undefined for the last page. */
export function nextPageToken({ names, hasMore }: ListPage): string | undefined {
  const last = names.at(-1)
  return hasMore && last !== undefined ? encodePageToken(last) : undefined
}
