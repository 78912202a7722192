import { useEffect, useMemo, useState } from 'preact/hooks'
import { PagedRows } from './paged-rows.ts'

const pageSize = 500

/** Returns the token of the next page in a list response of the management API, or null for the last page. */
export function nextPageToken(page: { readonly nextPageToken: string | null }): string | null {
  return page.nextPageToken
}

/** Returns the token of the next page in a list response of the Iceberg REST API, or null for the last page. */
export function nextCatalogToken(page: { readonly 'next-page-token'?: string | null }): string | null {
  return page['next-page-token'] ?? null
}

/**
 * Returns the rows of the paged list at an API path. It is a hook: the component is rendered again when rows arrive.
 *
 * @param toRows returns the rows of a page
 * @param toToken returns the token of the page after a page
 */
export function usePages<Row, Page>(
  path: string,
  toRows: (page: Page) => readonly Row[],
  toToken: (page: Page) => string | null,
): PagedRows<Row> {
  const [, render] = useState(0)
  const rows = useMemo(
    () =>
      new PagedRows<Row>({
        toPath: (token) =>
          `${path}${path.includes('?') ? '&' : '?'}pageSize=${pageSize}&pageToken=${encodeURIComponent(token ?? '')}`,
        toPage: (response) => {
          const page = response as Page
          return { rows: toRows(page), nextPageToken: toToken(page) }
        },
        onChange: () => render((count) => count + 1),
      }),
    [path],
  )
  useEffect(() => {
    rows.show(0, 0)
    return () => rows.close()
  }, [rows])
  return rows
}
