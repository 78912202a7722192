import { setImmediate as turn } from 'node:timers/promises'

/** Number of rows that each further read requests, when the first read did not fill the page. */
const refillRows = 1_000
/**
 * Number of rows after which the event loop runs other requests. An authorizer may need half a millisecond for each
 * row.
 */
const rowsInATurn = 20

/**
 * Reads until a page contains as many visible rows as requested. Only the last page of a list is shorter, so the length
 * reveals nothing about hidden rows.
 *
 * @param read receives the last row that was read, and the maximum number of rows
 * @param shown returns whether the caller may see a row. Null when it may see all rows
 * @throws the reason of the signal, when the signal is aborted
 */
export async function fillPage<Row>(
  wanted: number,
  read: (after: Row | null, limit: number) => Promise<readonly Row[]>,
  shown: ((row: Row) => boolean | Promise<boolean>) | null,
  signal?: AbortSignal,
): Promise<readonly Row[]> {
  if (shown === null) return read(null, wanted)
  const kept: Row[] = []
  let after: Row | null = null
  let limit = wanted
  for (;;) {
    const rows: readonly Row[] = await read(after, limit)
    for (const [index, row] of rows.entries()) {
      if (index % rowsInATurn === rowsInATurn - 1) await turn()
      signal?.throwIfAborted()
      if (await shown(row)) kept.push(row)
      if (kept.length === wanted) return kept
    }
    const last = rows.at(-1)
    if (rows.length < limit || last === undefined) return kept
    after = last
    limit = refillRows
  }
}
