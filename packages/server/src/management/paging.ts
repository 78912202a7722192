import { fillPage } from '../access/fill-page.ts'
import type { PageTokens } from '../keys/page-tokens.ts'

interface Page<Row> {
  readonly rows: readonly Row[]
  readonly nextPageToken: string | null
}

export interface PageRequest {
  /** Names the list with all that selects its content. */
  readonly list: string
  readonly pageToken: string | undefined
  readonly pageSize: number
}

/**
 * Reads one page: asks for one row more than fits, to know whether there is another page.
 *
 * @param read gets where the page before ended, empty on the first page
 * @param toPosition where a page that ends with this row ends
 * @param shown which rows are in the list; null: all
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
