import type { ListFilter } from '../access/decide.ts'
import { fillPage } from '../access/fill-page.ts'
import type { ChildFilter } from '../store/namespaces.ts'

/** Number of names that one query reads when a client requests the whole list. */
const wholeListStep = 5_000

/** Names of one page of a list, in order. */
export interface ListPage {
  readonly names: readonly string[]
  /** True when there are more names after this page. */
  readonly hasMore: boolean
}

/**
 * Requested page of a list: at most `size` names that follow the name `after`. Null when the client requests
 * the whole list.
 */
export type PageRequest = { readonly after: string | null; readonly size: number } | null

/** Filters for the names that a caller may see in a list. */
export interface VisibleNames {
  /** Filter by the grants and the ownership of the caller, which the query applies. */
  readonly filter: ListFilter
  /**
   * Returns whether the configured authorizer shows a name to the caller. Null when the authorizer shows all
   * names.
   */
  readonly shown: ((name: string) => boolean | Promise<boolean>) | null
}

/**
 * Reads one page of a list, or the whole list. Each page starts after the last name of the previous page. A name that
 * exists during the whole listing is therefore listed exactly once, even if other names are created or dropped.
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
