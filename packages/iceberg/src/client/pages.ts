import type { Json } from '@headgate/json'
import { decodeObject, decodeString, optional, required, type Decoder } from '../fields.ts'
import type { OperationId } from '../rest/operations.ts'
import { call, decodeResponse, type Call } from './call.ts'
import { InvalidAnswerError } from './errors/rest-error.ts'
import type { CallOptions, Session } from './session.ts'

export interface ListOptions extends CallOptions {
  /** Maximum number of names in one page. The server may send fewer. */
  readonly pageSize?: number | undefined
  /**
   * Token of the first page to fetch: `nextPageToken` of the page before it. Default: fetch from the beginning of the
   * list.
   */
  readonly pageToken?: string | undefined
}

/** Page of a list: some of its items, and the token of the next page. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** Token of the next page. Null on the last page. */
  readonly nextPageToken: string | null
}

/**
 * Items of a list, or its pages. The client sends requests only during an iteration, and each iteration starts at the
 * first page again.
 *
 * @example
 * ```ts
 * for await (const { name } of catalog.listTables(['sales'])) console.log(name)
 * for await (const page of catalog.listTables(['sales'], { pageSize: 100 }).pages()) console.log(page.nextPageToken)
 * ```
 */
export interface Pages<Item> extends AsyncIterable<Item> {
  /** Iterates over the pages, starting with the page of the option `pageToken`, or with the first page. */
  pages(): AsyncGenerator<Page<Item>, void, undefined>
}

/** Request and decoder of a list operation. */
export interface List<Item> extends Call {
  /** Member of the response that contains the items. */
  readonly member: string
  readonly decode: Decoder<readonly Item[]>
}

/** Returns the pages of a list operation. An empty token requests the first page. */
export function listPages<Item>(
  session: Session,
  id: OperationId,
  { member, decode, rawQuery, ...rest }: List<Item>,
  { pageSize = session.pageSize, pageToken = '', ...options }: ListOptions = {},
): Pages<Item> {
  const fetchPage = async (token: string): Promise<Page<Item>> => {
    const query = { pageToken: token, pageSize: pageSize?.toString() }
    const { json } = await call(session, id, { ...rest, ...options, query, ...(rawQuery && { rawQuery }) })
    return decodeResponse(id, json, (value) => decodePage(value, member, decode))
  }
  const pages = async function* (): AsyncGenerator<Page<Item>, void, undefined> {
    const seen = new Set<string>()
    for (let token: string | null = pageToken; token !== null;) {
      const page: Page<Item> = await fetchPage(token)
      token = page.nextPageToken
      // A repeated token would make the iteration endless.
      if (token !== null && seen.has(token)) throw repeatedTokenError(id)
      if (token !== null) seen.add(token)
      yield page
    }
  }
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { items } of pages()) yield* items
    },
  }
}

function decodePage<Item>(value: Json, member: string, decode: Decoder<readonly Item[]>): Page<Item> {
  const body = decodeObject(value)
  return {
    items: required(body, member, decode),
    // Servers mark the last page with null, an empty token or no token.
    nextPageToken: optional(body, 'next-page-token', decodeString) || null,
  }
}

const repeatedTokenError = (operation: OperationId): InvalidAnswerError =>
  new InvalidAnswerError(
    `${operation}: the server returned the same next-page-token twice, so the list never ends`,
    {
      operation,
      status: 200,
      type: 'InvalidAnswer',
      outcomeUnknown: false,
    },
  )
