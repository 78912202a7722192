import { setImmediate as turn } from 'node:timers/promises'
import { visible } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { type NameMatch, type NameSearch, searchNames, type SearchPosition } from '../store/name-search.ts'
import type { Sql } from '../store/sql.ts'

export type { NameMatch } from '../store/name-search.ts'

/** Maximum number of rows of each kind that one search reads, visible or not. */
const maxRead = 2_000
const batchRows = 200

export interface FoundNames {
  readonly matches: readonly NameMatch[]
  /** True when there are further matches, or when the search ended after its maximum number of rows. */
  readonly more: boolean
}

/**
 * Returns namespaces, tables and views whose names begin with a text, in any case, if the caller may see them. A search
 * reads a bounded number of rows, so a caller who sees only a few of many matches may receive an incomplete result.
 */
export async function findNames(
  sql: Sql,
  policy: Policy,
  search: NameSearch,
  limit: number,
  signal?: AbortSignal,
): Promise<FoundNames> {
  const [namespaces, relations] = await Promise.all(
    (['namespaces', 'relations'] as const).map((kind) =>
      readVisible(policy, limit, (after) => searchNames(sql, kind, search, after, batchRows), signal),
    ),
  )
  const all = [...(namespaces?.matches ?? []), ...(relations?.matches ?? [])].toSorted((a, b) =>
    a.key === b.key ? 0 : a.key < b.key ? -1 : 1,
  )
  return {
    matches: all.slice(0, limit),
    more: all.length > limit || namespaces?.more === true || relations?.more === true,
  }
}

async function readVisible(
  policy: Policy,
  limit: number,
  read: (after: SearchPosition | null) => Promise<readonly NameMatch[]>,
  signal: AbortSignal | undefined,
): Promise<FoundNames> {
  const matches: NameMatch[] = []
  let after: SearchPosition | null = null
  for (let count = 0; count < maxRead; count += batchRows) {
    signal?.throwIfAborted()
    const rows: readonly NameMatch[] = await read(after)
    for (const row of rows) {
      if (visible(policy, row.chain)) matches.push(row)
      if (matches.length > limit) return { matches: matches.slice(0, limit), more: true }
    }
    const last = rows.at(-1)
    if (rows.length < batchRows || last === undefined) return { matches, more: false }
    after = last
    // Lets other requests run between two batches.
    await turn()
  }
  return { matches, more: true }
}
