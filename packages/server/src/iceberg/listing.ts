import { HeadgateError } from '@headgate/errors'
import { decodePage, encodePageToken } from '@headgate/iceberg/rest'
import type { ListFilter } from '../access/decide.ts'
import { fillPage } from '../access/fill-page.ts'
import type { Call } from '../http/operation.ts'
import type { ChildFilter } from '../store/namespaces.ts'

/** Names read at a time when a client asks for everything at once. */
const everythingStep = 5_000

export interface Listed {
  readonly names: readonly string[]
  /** Null: this was the last page. */
  readonly nextPageToken: string | null
}

/**
 * One page of names, or all of them for a client that knows no pages. Pages go by the last name seen, so what was
 * there all along comes exactly once, whatever is created or dropped in between.
 *
 * @param visible `filter`: what the grants show. `shown`: what the authorizer leaves of that; null: all.
 */
export async function listPage(
  call: Call,
  maxPageSize: number,
  { filter, shown }: { readonly filter: ListFilter; readonly shown: ((name: string) => boolean) | null },
  read: (filter: ChildFilter) => Promise<readonly string[]>,
): Promise<Listed> {
  const query = {
    pageToken: call.query.get('pageToken') ?? undefined,
    pageSize: call.query.get('pageSize') ?? undefined,
  }
  const page = decodePage(query, maxPageSize)
  if (page.kind === 'page' && page.after?.includes('\u0000') === true) {
    throw new HeadgateError(
      'bad-request',
      'Invalid pageToken: use the next-page-token of the page before, unchanged',
    )
  }
  const visible = filter.all ? { ids: null, owners: [] } : { ids: filter.ids, owners: [filter.principalId] }
  if (page.kind === 'page') {
    const from = page.after ?? null
    const names = await fillPage(
      page.size + 1,
      (after, limit) => read({ ...visible, after: after ?? from, limit }),
      shown,
      call.signal,
    )
    const listed = names.slice(0, page.size)
    const last = listed.at(-1)
    return {
      names: listed,
      nextPageToken: names.length > page.size && last !== undefined ? encodePageToken(last) : null,
    }
  }
  const all: string[] = []
  for (;;) {
    const from = all.at(-1) ?? null
    const step = await fillPage(
      everythingStep,
      (after, limit) => read({ ...visible, after: after ?? from, limit }),
      shown,
      call.signal,
    )
    all.push(...step)
    if (step.length < everythingStep) return { names: all, nextPageToken: null }
  }
}
