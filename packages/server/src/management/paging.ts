import { fillPage } from '../access/fill-page.ts'
import type { PageTokens } from '../keys/page-tokens.ts'

interface Page<Row> {
  readonly rows: readonly Row[]
  readonly nextPageToken: string | null
}

export interface PageRequest {
  /** Identifies the list, including all filters, so that a page token is valid only for this list. */
  readonly list: string
  readonly pageToken: string | undefined
  readonly pageSize: number
}

/**
 * Reads one page of a list. It reads one row more than the page size, to determine whether there is another
 * page.
 *
 * @param read reads rows after a position. The position is empty for the first page
 * @param toPosition returns the position after a row
 * @param shown returns whether the caller may see a row. Null: the caller may see all rows
 */
export async function readPage<Row>(
  tokens: PageTokens,
  request: PageRequest,
  read: (position: readonly string[], limit: number) => Promise<readonly Row[]>,
  toPosition: (row: Row) => readonly string[],
  shown: ((row: Row) => boolean | Promise<boolean>) | null = null,
  signal?: AbortSignal,
): Promise<Page<Row>> {
  const { list, pageToken, pageSize } = request
  const start = pageToken === undefined || pageToken === '' ? [] : tokens.open(list, pageToken)
  const found = await fillPage(
    pageSize + 1,
    (after: Row | null, limit) => read(after === null ? start : toPosition(after), limit),
    shown,
    signal,
  )
  const rows = found.slice(0, pageSize)
  const last = rows.at(-1)
  return {
    rows,
    nextPageToken: found.length > pageSize && last !== undefined ? tokens.seal(list, toPosition(last)) : null,
  }
}
