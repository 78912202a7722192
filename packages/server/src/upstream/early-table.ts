import { type JsonObject, parseBytes } from '@headgate/json'
import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import type { TableIdentifier } from '@headgate/iceberg/rest'
import { missingRelation } from '../catalog/existing.ts'
import type { Caller } from '../catalog/caller.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import { beginEarlyEnd, type EarlyTable, findEarly, removeEarly } from '../store/early-tables.ts'
import type { UpstreamDeps } from './deps.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'
import { recordRelation } from './record.ts'
import { markProperty } from './translate-creation.ts'
import type { Upstream } from './upstream.ts'

/** Outcome of the end of a table of early staging. */
export type EarlyEnd =
  /** The upstream has no such table. */
  | 'absent'
  | 'dropped'
  /** The table remains, because another client changed it. It is visible now. */
  | 'changed'
  /** The table remains, because the upstream would delete files. It is visible now, and empty. */
  | 'not droppable'
  /** The name belongs to another table. */
  | 'replaced'
  /** A request in progress uses the table. */
  | 'busy'

/** Loads the table that an upstream has under a name. Returns null when it has none. */
export async function loadRemote(
  upstream: Upstream,
  identifier: TableIdentifier,
  signal: AbortSignal,
): Promise<RemoteMetadata | null> {
  const missing = (): HeadgateError => missingRelation('table', identifier)
  try {
    const { body } = await upstream.call({ id: 'loadTable', target: { identifier }, missing }, signal)
    return readMetadata(body, 'table')
  } catch (error) {
    if (isHeadgateError(error, 'no-such-table')) return null
    throw error
  }
}

/** Parses the metadata of a table. Numbers keep their text. */
export function parseMetadata({ text }: RemoteMetadata): JsonObject {
  const value = parseBytes(text, { keepNumberText: true })
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** Returns whether a table was created for a row of early staging: by its mark, or by the location that was chosen. */
export function isMarked(remote: RemoteMetadata, id: string): boolean {
  const properties = parseMetadata(remote)['properties']
  const mark =
    typeof properties === 'object' && properties !== null && markProperty in properties
      ? properties[markProperty]
      : undefined
  return mark === id || remote.location.replace(/\/+$/, '').endsWith(`/${id}`)
}

/** Returns whether metadata is the one that the upstream wrote when it created the table of a row. */
function isUnchanged(remote: RemoteMetadata, table: EarlyTable): boolean {
  if (table.metadataLocation !== null) return remote.metadataLocation === table.metadataLocation
  const metadata = parseMetadata(remote)
  return isEmpty(metadata['metadata-log']) && isEmpty(metadata['snapshots'])
}

function isEmpty(list: unknown): boolean {
  return list === undefined || list === null || (Array.isArray(list) && list.length === 0)
}

/**
 * Ends a table of early staging: drops it if it is still the one that was created and nothing changed it. Otherwise
 * deletes its row, so that it becomes visible, and belongs to the principal that created it.
 *
 * @param caller null for background work
 * @param early true to end the table before its time, for its own principal
 */
export async function endEarly(
  deps: Pick<UpstreamDeps, 'sql' | 'upstreams'>,
  caller: Caller | null,
  upstream: Upstream,
  warehouse: Warehouse,
  identifier: TableIdentifier,
  table: EarlyTable,
  early: boolean,
  signal: AbortSignal,
): Promise<EarlyEnd> {
  if (!(await beginEarlyEnd(deps.sql, table.id, early))) return 'busy'
  const remote = await loadRemote(upstream, identifier, signal)
  const isOurs =
    remote !== null &&
    (table.metadataLocation === null ? isMarked(remote, table.id) : remote.uuid === table.uuid)
  if (!isOurs) {
    await removeEarly(deps.sql, table.id)
    return remote === null ? 'absent' : 'replaced'
  }
  const { purge } = await upstream.dialect(signal)
  const unchanged = isUnchanged(remote, table)
  if (!unchanged || purge === 'always') {
    await releaseEarly(deps, caller, warehouse, identifier, table, remote)
    return unchanged ? 'not droppable' : 'changed'
  }
  await upstream
    .call(
      {
        id: 'dropTable',
        target: { identifier },
        query: { purgeRequested: 'false' },
        missing: () => missingRelation('table', identifier),
      },
      signal,
    )
    .catch((error: unknown) => {
      if (!isHeadgateError(error, 'no-such-table')) throw error
    })
  await removeEarly(deps.sql, table.id)
  return 'dropped'
}

/** Makes a table of early staging visible: writes the row of its relation, and deletes the row that hides it. */
async function releaseEarly(
  deps: Pick<UpstreamDeps, 'sql' | 'upstreams'>,
  caller: Caller | null,
  warehouse: Warehouse,
  identifier: TableIdentifier,
  { id, namespaceId, principalId }: EarlyTable,
  remote: RemoteMetadata,
): Promise<void> {
  const name = { warehouse, identifier, kind: 'table', known: null, namespace: { id: namespaceId } } as const
  await recordRelation(deps, caller, name, remote, { ownerId: principalId, id })
  await removeEarly(deps.sql, id)
}

/**
 * Finds out whether the first commit of a table landed, when the process that sent it ended, or is still waiting for the
 * response. Returns whether the table is visible now.
 */
export async function settleCommit(
  deps: Pick<UpstreamDeps, 'sql' | 'upstreams'>,
  caller: Caller,
  warehouse: Warehouse,
  identifier: TableIdentifier,
  namespaceId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const table = await findEarly(deps.sql, namespaceId, identifier.name)
  if (table === null) return true
  if (table.state !== 'committing') return false
  const upstream = await deps.upstreams.get(warehouse, caller)
  const remote = await loadRemote(upstream, identifier, signal)
  if (remote === null || remote.uuid !== table.uuid || isUnchanged(remote, table)) return false
  await releaseEarly(deps, caller, warehouse, identifier, table, remote)
  return true
}
