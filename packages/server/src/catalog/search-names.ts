import { setImmediate as turn } from 'node:timers/promises'
import { visible } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { type NameMatch, type NameSearch, searchNames, type SearchPosition } from '../store/name-search.ts'
import type { Sql } from '../store/sql.ts'

export type { NameMatch } from '../store/name-search.ts'

/**
 * Maximum number of rows that one search reads for each kind of object, including rows that the caller may
 * not see.
 */
const maxRead = 2_000
const batchRows = 200

export interface FoundNames {
  readonly matches: readonly NameMatch[]
  /** True when there are further matches, or when the search stopped after its maximum number of rows. */
  readonly more: boolean
}

/**
 * Returns the namespaces, tables and views that the caller may see and whose names begin with a text. Upper
 * and lower case are equal. A search reads a limited number of rows, so the result may be incomplete for a
 * caller that may see only a few of many matches.
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
