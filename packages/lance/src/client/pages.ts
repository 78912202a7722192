import { InvalidAnswerError } from './errors/lance-namespace-error.ts'

/**
 * Items of a list, which the client reads page by page. The first request is sent when the iteration starts. Each
 * iteration reads the list again.
 *
 * @example
 * ```ts
 * for await (const name of lance.listTables({ id: ['sales'] })) console.log(name)
 * for await (const page of lance.listTables({ id: ['sales'], limit: 100 }).pages()) console.log(page.tables, page.page_token)
 * ```
 */
export interface Pages<Item, Page> extends AsyncIterable<Item> {
  /**
   * Returns the responses of the server, one for each page. The first page is the page of `page_token` in the
   * request, if it is set.
   */
  pages(): AsyncGenerator<Page, void, undefined>
}

interface PageWithToken {
  readonly page_token?: string | null | undefined
}

/**
 * Creates a list that reads its pages during iteration.
 *
 * @param fetchPage requests the page of a token. Without a token, requests the page of the original request
 * @param getItems returns the items of a page
 */
export function createPages<Item, Page extends PageWithToken>(
  operation: string,
  fetchPage: (token: string | undefined) => Promise<Page>,
  getItems: (page: Page) => Iterable<Item>,
): Pages<Item, Page> {
  const pages = async function* (): AsyncGenerator<Page, void, undefined> {
    const seen = new Set<string>()
    let token: string | undefined
    do {
      const page: Page = await fetchPage(token)
      yield page
      // On the last page, servers send null, an empty token, or no token.
      token = page.page_token || undefined
      // A repeated token would make the list endless.
      if (token !== undefined && seen.has(token)) throw repeatedTokenError(operation)
      if (token !== undefined) seen.add(token)
    } while (token !== undefined)
  }
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* getItems(page)
    },
  }
}

const repeatedTokenError = (operation: string): InvalidAnswerError =>
  new InvalidAnswerError(
    `${operation}: the server returned the same page_token twice, so the list cannot be completed. Report this to the operator of the server.`,
    { operation, status: 200, code: null, outcomeUnknown: false },
  )
