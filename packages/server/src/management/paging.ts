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
 * @param positionOf where a page that ends with this row ends
 */
export async function readPage<Row>(
  tokens: PageTokens,
  request: PageRequest,
  read: (position: readonly string[], limit: number) => Promise<readonly Row[]>,
  positionOf: (row: Row) => readonly string[],
): Promise<Page<Row>> {
  const { list, pageToken, pageSize } = request
  const found = await read(
    pageToken === undefined || pageToken === '' ? [] : tokens.open(list, pageToken),
    pageSize + 1,
  )
  const rows = found.slice(0, pageSize)
  const last = rows.at(-1)
  return {
    rows,
    nextPageToken: found.length > pageSize && last !== undefined ? tokens.seal(list, positionOf(last)) : null,
  }
}
