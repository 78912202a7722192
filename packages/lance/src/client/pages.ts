import { InvalidAnswerError } from './errors/lance-namespace-error.ts'

/**
 * Everything in a list, or page by page. Nothing is asked for before it is iterated, and each iteration starts anew.
 *
 * @example
 * ```ts
 * for await (const name of lance.listTables({ id: ['sales'] })) console.log(name)
 * for await (const page of lance.listTables({ id: ['sales'], limit: 100 }).pages()) console.log(page.tables, page.page_token)
 * ```
 */
export interface Pages<Item, Page> extends AsyncIterable<Item> {
  /** The responses as they come: from the one that the request's `page_token` names, if it has one. */
  pages(): AsyncGenerator<Page, void, undefined>
}

interface HasToken {
  readonly page_token?: string | null | undefined
}

/**
 * @param fetchPage gets one page by its token; undefined asks for the one the request names
 * @param itemsOf what a page holds
 */
export function pagesOf<Item, Page extends HasToken>(
  operation: string,
  fetchPage: (token: string | undefined) => Promise<Page>,
  itemsOf: (page: Page) => Iterable<Item>,
): Pages<Item, Page> {
  const pages = async function* (): AsyncGenerator<Page, void, undefined> {
    const seen = new Set<string>()
    let token: string | undefined
    do {
      const page: Page = await fetchPage(token)
      yield page
      // Null, missing and empty all mean the end.
      token = page.page_token || undefined
      if (token !== undefined && seen.has(token)) throw goesRound(operation)
      if (token !== undefined) seen.add(token)
    } while (token !== undefined)
  }
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const page of pages()) yield* itemsOf(page)
    },
  }
}

/** A list that goes round would be endless. */
const goesRound = (operation: string): InvalidAnswerError =>
  new InvalidAnswerError(`${operation}: the server gave the same page_token twice`, {
    operation,
    status: 200,
    code: null,
    outcomeUnknown: false,
  })
