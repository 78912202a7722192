import type { Json } from '@headgate/json'
import { z } from 'zod'
import type { Session } from '../session.ts'
import { read } from './answer.ts'
import type { Call } from './client.ts'

/** A list that the server gives in pages. */
export interface List<Item> {
  readonly path: string
  readonly query?: Call['query']
  /** The member of the answer that holds the items. */
  readonly key: string
  readonly item: z.ZodType<Item>
  /** Items of one request at most; fewer where each is work for the server. */
  readonly pageSize?: number
  /** Items at most. */
  readonly limit?: number | undefined
  /** The two interfaces differ in how they name the member with the token of the next page. */
  readonly nextPage?: 'nextPageToken' | 'next-page-token'
}

export interface Listed<Item> {
  readonly items: readonly Item[]
  /** The same as they came. */
  readonly raw: readonly Json[]
  /** All pages as one answer. Its token is null unless `limit` left something out. */
  readonly json: Json
  readonly more: boolean
}

const defaultPageSize = 1000

/** One page: what was said, and the same as it came. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  readonly raw: readonly Json[]
  /** Null on the last page. */
  readonly next: string | null
}

/** Reads a list page by page until its end, or until there were `limit` items. */
export async function* pagesOf<Item>(session: Session, list: List<Item>): AsyncGenerator<ListPage<Item>> {
  const { key, item, limit = Infinity, nextPage = 'nextPageToken', pageSize = defaultPageSize } = list
  const page = z.object({ [key]: z.array(z.custom<Json>()), [nextPage]: z.string().nullish() })
  let count = 0
  // The Iceberg interface gives pages only to those who say that they know what a page is, by an empty token.
  let pageToken: string | undefined = nextPage === 'next-page-token' ? '' : undefined
  do {
    const answer = await session.client.send({
      method: 'GET',
      path: list.path,
      query: { ...list.query, pageSize: Math.min(pageSize, limit - count), pageToken },
    })
    const said = read(page, answer)
    const raw = said[key] as Json[]
    count += raw.length
    pageToken = (said[nextPage] as string | null | undefined) ?? undefined
    if (pageToken !== undefined) session.out.progress(`${count} ${key} …`)
    const { items } = read(z.object({ items: z.array(item) }), {
      status: 200,
      text: '',
      json: { items: raw },
    })
    yield { items, raw, next: pageToken ?? null }
  } while (pageToken !== undefined && count < limit)
}

/** The whole list, or its first `limit` items. */
export async function readList<Item>(session: Session, list: List<Item>): Promise<Listed<Item>> {
  const items: Item[] = []
  const raw: Json[] = []
  let next: string | null = null
  for await (const page of pagesOf(session, list)) {
    items.push(...page.items)
    raw.push(...page.raw)
    next = page.next
  }
  const json = { [list.key]: raw, [list.nextPage ?? 'nextPageToken']: next }
  return { items, raw, json, more: next !== null }
}
