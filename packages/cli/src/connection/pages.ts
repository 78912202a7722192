import type { Json } from '@headgate/json'
import { z } from 'zod'
import type { Session } from '../session.ts'
import { decode, type DecodedResponse } from './response.ts'

/** Query parameters of a request for one page. */
interface PageQuery {
  readonly pageSize: number
  readonly pageToken: string | undefined
}

/** Description of a list that the server returns in pages. */
export interface List<Key extends string, Item> {
  /** Member of the response that holds the items. */
  readonly key: Key
  /** Function that requests one page. */
  readonly request: (page: PageQuery) => Promise<DecodedResponse<Readonly<Record<Key, readonly Item[]>>>>
  /**
   * Maximum number of items in one page. Use a smaller number if an item is expensive for the server. Default: 1000.
   */
  readonly pageSize?: number
  /** Maximum number of items in total. Default: no limit. */
  readonly limit?: number | undefined
  /** Member of the response with the token of the next page. The Iceberg REST API names it with hyphens. */
  readonly nextPage?: 'nextPageToken' | 'next-page-token'
}

/** Items of all requested pages of a list. */
export interface Listed<Item> {
  readonly items: readonly Item[]
  /** Items in the JSON form that the server sent. */
  readonly raw: readonly Json[]
  /** All pages combined into one response. Its page token is null unless the list has more items than `limit`. */
  readonly json: Json
  /** Whether the list has more items than `limit`. */
  readonly more: boolean
}

/** Items of one page of a list. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** Items in the JSON form that the server sent. */
  readonly raw: readonly Json[]
  /** Token of the next page, or null for the last page. */
  readonly next: string | null
}

const defaultPageSize = 1000

/**
 * Requests the pages of a list one after another, and yields each, until the end of the list or until `limit` items.
 */
export async function* readPages<Key extends string, Item>(
  session: Session,
  list: List<Key, Item>,
): AsyncGenerator<ListPage<Item>> {
  const { key, limit = Infinity, nextPage = 'nextPageToken', pageSize = defaultPageSize } = list
  const rawPage = z.object({ [key]: z.array(z.custom<Json>()) })
  const nextToken = z.object({ [nextPage]: z.string().nullish() })
  let count = 0
  // The Iceberg REST API returns pages only if the client sends a page token. The token of the first request is empty.
  let pageToken: string | undefined = nextPage === 'next-page-token' ? '' : undefined
  do {
    const response = await list.request({ pageSize: Math.min(pageSize, limit - count), pageToken })
    const raw = decode(rawPage, response)[key] ?? []
    count += raw.length
    pageToken = decode(nextToken, response)[nextPage] ?? undefined
    if (pageToken !== undefined) session.out.progress(`${count} ${key} …`)
    yield { items: response.body[key], raw, next: pageToken ?? null }
  } while (pageToken !== undefined && count < limit)
}

/** Reads a whole list, or its first `limit` items. */
export async function readList<Key extends string, Item>(
  session: Session,
  list: List<Key, Item>,
): Promise<Listed<Item>> {
  const items: Item[] = []
  const raw: Json[] = []
  let next: string | null = null
  for await (const page of readPages(session, list)) {
    items.push(...page.items)
    raw.push(...page.raw)
    next = page.next
  }
  const json = { [list.key]: raw, [list.nextPage ?? 'nextPageToken']: next }
  return { items, raw, json, more: next !== null }
}
