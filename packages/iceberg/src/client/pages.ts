import type { Json } from '@headgate/json'
import { decodeObject, decodeString, optional, required, type Decoder } from '../fields.ts'
import type { OperationId } from '../rest/operations.ts'
import { call, readAs, type Call } from './call.ts'
import { InvalidAnswerError } from './errors/rest-error.ts'
import type { CallOptions, Session } from './session.ts'

export interface ListOptions extends CallOptions {
  /** Names in one answer, at most; the server may send fewer. */
  readonly pageSize?: number | undefined
  /** Where to begin: the `nextPageToken` of a page. Default: with the first one. */
  readonly pageToken?: string | undefined
}

/** One answer of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** null on the last page. */
  readonly nextPageToken: string | null
}

/**
 * Everything in a list, or page by page. Nothing is asked for before it is iterated, and each iteration starts anew.
 *
 * @example
 * ```ts
 * for await (const { name } of catalog.listTables(['sales'])) console.log(name)
 * for await (const page of catalog.listTables(['sales'], { pageSize: 100 }).pages()) console.log(page.nextPageToken)
 * ```
 */
export interface Pages<Item> extends AsyncIterable<Item> {
  /** The answers as they come: from the one that `pageToken` names, if there is one. */
  pages(): AsyncGenerator<Page<Item>, void, undefined>
}

/** What is listed, and how. */
export interface List<Item> extends Call {
  /** The member of the answer that holds the items. */
  readonly member: string
  readonly decode: Decoder<readonly Item[]>
}

/** Calls an operation that lists, as often as it has pages. An empty token asks for the first one. */
export function listPages<Item>(
  session: Session,
  id: OperationId,
  { member, decode, rawQuery, ...rest }: List<Item>,
  { pageSize = session.pageSize, pageToken = '', ...options }: ListOptions = {},
): Pages<Item> {
  const fetchPage = async (token: string): Promise<Page<Item>> => {
    const query = { pageToken: token, pageSize: pageSize?.toString() }
    const { json } = await call(session, id, { ...rest, ...options, query, ...(rawQuery && { rawQuery }) })
    return readAs(id, json, (value) => readPage(value, member, decode))
  }
  const pages = async function* (): AsyncGenerator<Page<Item>, void, undefined> {
    const seen = new Set<string>()
    for (let token: string | null = pageToken; token !== null;) {
      const page: Page<Item> = await fetchPage(token)
      token = page.nextPageToken
      // A list that goes round would be endless.
      if (token !== null && seen.has(token)) throw goesRound(id)
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

function readPage<Item>(value: Json, member: string, decode: Decoder<readonly Item[]>): Page<Item> {
  const body = decodeObject(value)
  return {
    items: required(body, member, decode),
    // Null, missing and empty all mean the end.
    nextPageToken: optional(body, 'next-page-token', decodeString) || null,
  }
}

const goesRound = (operation: OperationId): InvalidAnswerError =>
  new InvalidAnswerError(`${operation}: the server gave the same next-page-token twice`, {
    operation,
    status: 200,
    type: 'InvalidAnswer',
    outcomeUnknown: false,
  })
