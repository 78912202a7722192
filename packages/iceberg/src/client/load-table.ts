import type { TableIdentifier } from '../rest/identifier.ts'
import type { SnapshotMode } from '../rest/query.ts'
import { call, delegationHeader } from './call.ts'
import { InvalidAnswerError } from './errors/rest-error.ts'
import { readLoadedTable, type LoadedTable } from './loaded-table.ts'
import { bare, placeOf, referencedByOf, type ReferencedBy } from './place.ts'
import type { CallOptions, Delegation, Session } from './session.ts'

export interface LoadTableOptions extends CallOptions, Delegation, ReferencedBy {
  /** `refs`: only snapshots that a branch or tag refers to. */
  readonly snapshots?: SnapshotMode | undefined
  /** false: ask for all of it, also when a copy is at hand. */
  readonly cached?: boolean | undefined
}

/** Loads a table, or asks whether the copy at hand is still what the server would answer. */
export async function loadTable(
  session: Session,
  identifier: TableIdentifier,
  { snapshots, accessDelegation, referencedBy, cached = true, ...options }: LoadTableOptions = {},
): Promise<LoadedTable> {
  const at = placeOf(identifier)
  const delegation = delegationHeader(session, { accessDelegation })
  const path = referencedByOf(session, { referencedBy })
  const identity = session.identity()
  const key = JSON.stringify([identity, at.namespace, at.table, snapshots, delegation, path])
  const known = cached && identity !== null ? session.tables.get(key) : undefined
  const etag = known?.etag ?? null
  const answer = await call(session, 'loadTable', {
    ...options,
    ...at,
    query: { snapshots },
    rawQuery: { 'referenced-by': path },
    headers: etag === null ? delegation : [...delegation, ['if-none-match', etag]],
    conditional: etag !== null,
  })
  if (answer.status === 304) return stillGood(known)
  const table = readLoadedTable('loadTable', answer, bare(identifier))
  // Whoever it was for may have become somebody else in between.
  if (identity !== null && session.identity() === identity) session.tables.set(key, table, answer.bytes)
  return table
}

function stillGood(known: LoadedTable | undefined): LoadedTable {
  if (known !== undefined) return known
  throw new InvalidAnswerError('loadTable: the server answered 304 to a request without If-None-Match', {
    operation: 'loadTable',
    status: 304,
    type: 'InvalidAnswer',
    outcomeUnknown: false,
  })
}
