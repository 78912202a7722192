import type { TableIdentifier } from '../rest/identifier.ts'
import type { SnapshotMode } from '../rest/query.ts'
import { call, delegationHeader } from './call.ts'
import { InvalidAnswerError } from './errors/rest-error.ts'
import { decodeLoadedTable, type LoadedTable } from './loaded-table.ts'
import { toIdentifier, toTableParams, encodeReferencedBy, type ReferencedBy } from './identifiers.ts'
import type { CallOptions, Delegation, Session } from './session.ts'

export interface LoadTableOptions extends CallOptions, Delegation, ReferencedBy {
  /** Requested snapshots. `refs`: only snapshots that a branch or tag refers to. */
  readonly snapshots?: SnapshotMode | undefined
  /** Whether the client may revalidate a cached copy instead of loading the complete table. Default: true. */
  readonly cached?: boolean | undefined
}

/** Loads a table. Revalidates a cached copy with its ETag, and returns the copy if the server answers 304. */
export async function loadTable(
  session: Session,
  identifier: TableIdentifier,
  { snapshots, accessDelegation, referencedBy, cached = true, ...options }: LoadTableOptions = {},
): Promise<LoadedTable> {
  const params = toTableParams(identifier)
  const delegation = delegationHeader(session, { accessDelegation })
  const views = encodeReferencedBy(session, { referencedBy })
  const identity = session.identity()
  const key = JSON.stringify([identity, params.namespace, params.table, snapshots, delegation, views])
  const copy = cached && identity !== null ? session.tables.get(key) : undefined
  const etag = copy?.etag ?? null
  const response = await call(session, 'loadTable', {
    ...options,
    ...params,
    query: { snapshots },
    rawQuery: { 'referenced-by': views },
    headers: etag === null ? delegation : [...delegation, ['if-none-match', etag]],
    conditional: etag !== null,
  })
  if (response.status === 304) return requireCached(copy)
  const table = decodeLoadedTable('loadTable', response, toIdentifier(identifier))
  // If the auth provider changed its identity during the request, the response may belong to another caller than the
  // caller in the cache key, so it is not cached.
  if (identity !== null && session.identity() === identity) session.tables.set(key, table, response.bytes)
  return table
}

function requireCached(copy: LoadedTable | undefined): LoadedTable {
  if (copy !== undefined) return copy
  throw new InvalidAnswerError(
    'loadTable: the server answered 304 to a request without If-None-Match. Check that the uri is the URL of an Iceberg catalog.',
    { operation: 'loadTable', status: 304, type: 'InvalidAnswer', outcomeUnknown: false },
  )
}
