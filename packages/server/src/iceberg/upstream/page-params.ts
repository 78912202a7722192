import { decodePage, encodePageToken } from '@headgate/iceberg/rest'
import type { Call } from '../../operation/operation.ts'
import type { UpstreamPage } from '../../upstream/list.ts'

/**
 * Returns the page that a client requests. The page tokens of clients contain those of the upstream.
 *
 * @throws HeadgateError `bad-request` for a token that this server did not return
 */
export function upstreamPage({ query }: Pick<Call, 'query'>, maxPageSize: number): UpstreamPage {
  const pageToken = query.get('pageToken') ?? undefined
  const page = decodePage({ pageToken, pageSize: query.get('pageSize') ?? undefined }, maxPageSize)
  return page.kind === 'page' ? { token: page.after ?? '', size: page.size } : null
}

/** Returns the token of the next page. Null: it was the last page. */
export function nextToken(next: string | null): string | null {
  return next === null ? null : encodePageToken(next)
}
