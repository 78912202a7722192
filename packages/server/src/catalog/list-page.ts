import type { ListFilter } from '../access/decide.ts'
import { fillPage } from '../access/fill-page.ts'
import type { ChildFilter } from '../store/namespaces.ts'

/** Names that are read per query when a client requests a list without pages. */
const wholeListStep = 5_000

/** Names of a list, in order. */
export interface ListPage {
  readonly names: readonly string[]
  /** Whether a next page exists. */
  readonly hasMore: boolean
}

/** Page of a list: names after `after`, up to `size`. Null: the whole list. */
export type PageRequest = { readonly after: string | null; readonly size: number } | null

/** Names that a caller may see. */
export interface VisibleNames {
  /** Names that the caller's grants show. */
  readonly filter: ListFilter
  /** Decision of the authorizer on a name. Null: the authorizer shows all. */
  readonly shown: ((name: string) => boolean | Promise<boolean>) | null
}

/**
 * Reads one page of a list, or the whole list. A page starts after the last name of the page before, so a name that exists
 * during the whole listing is listed exactly once, also while other names are created and dropped.
 */
export async function listPage(
  page: PageRequest,
  { filter, shown }: VisibleNames,
  read: (filter: ChildFilter) => Promise<readonly string[]>,
  signal: AbortSignal,
): Promise<ListPage> {
  const visible = filter.all ? { ids: null, owners: [] } : { ids: filter.ids, owners: [filter.principalId] }
  const readAfter = (from: string | null, count: number): Promise<readonly string[]> =>
    fillPage(count, (after, limit) => read({ ...visible, after: after ?? from, limit }), shown, signal)
  if (page !== null) {
    const names = await readAfter(page.after, page.size + 1)
    return { names: names.slice(0, page.size), hasMore: names.length > page.size }
  }
  const all: string[] = []
  for (;;) {
    const step = await readAfter(all.at(-1) ?? null, wholeListStep)
    all.push(...step)
    if (step.length < wholeListStep) return { names: all, hasMore: false }
  }
}
