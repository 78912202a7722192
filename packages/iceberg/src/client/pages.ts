import { IcebergRestError } from './http/rest-error.ts'

export interface ListPage<T> {
  readonly items: readonly T[]
  /** null on the last page. */
  readonly next: string | null
}

/**
 * Everything in a list, page by page as it is consumed.
 *
 * @param fetchPage gets one page by its token; an empty one asks for the first
 */
export async function* everyPage<T>(
  operation: string,
  fetchPage: (token: string) => Promise<ListPage<T>>,
): AsyncGenerator<T, void, undefined> {
  const seen = new Set<string>()
  for (let token: string | null = ''; token !== null;) {
    const page: ListPage<T> = await fetchPage(token)
    yield* page.items
    token = page.next
    if (token === null) return
    // A list that goes round would be endless.
    if (seen.has(token))
      throw new IcebergRestError(`${operation}: the server gave the same next-page-token twice`, {
        operation,
        status: 200,
        type: 'InvalidAnswer',
        outcomeUnknown: false,
      })
    seen.add(token)
  }
}
