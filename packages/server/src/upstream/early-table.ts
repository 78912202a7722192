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

/**
 * Result of ending an early-staged table: a table that the server created in the upstream catalog and hides
 * until its first commit.
 */
export type EarlyEnd =
  /** The upstream catalog has no table with this name. */
  | 'absent'
  | 'dropped'
  /** The table was not dropped, because another client has changed it. It is no longer hidden. */
  | 'changed'
  /**
   * The table was not dropped, because the upstream catalog would also delete files. The empty table is no
   * longer hidden.
   */
  | 'not droppable'
  /** The name now belongs to another table. */
  | 'replaced'
  /** A request in progress still uses the table. */
  | 'busy'

/**
 * Loads a table from the upstream catalog by its name. Returns null when the upstream catalog has no such
 * table.
 */
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

/** Parses the metadata of a table. Numbers are not converted, so that they keep their exact text. */
export function parseMetadata({ text }: RemoteMetadata): JsonObject {
  const value = parseBytes(text, { keepNumberText: true })
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/**
 * Returns whether the server created this table for the early-staging row `id`. Either the property
 * `headgate.staged` of the table contains the id, or the location of the table ends in the id.
 */
export function isMarked(remote: RemoteMetadata, id: string): boolean {
  const properties = parseMetadata(remote)['properties']
  const mark =
    typeof properties === 'object' && properties !== null && markProperty in properties
      ? properties[markProperty]
      : undefined
  return mark === id || remote.location.replace(/\/+$/, '').endsWith(`/${id}`)
}

/**
 * Returns whether the metadata is still the first one, which the upstream catalog wrote when it created the
 * table.
 */
function isUnchanged(remote: RemoteMetadata, table: EarlyTable): boolean {
  if (table.metadataLocation !== null) return remote.metadataLocation === table.metadataLocation
  const metadata = parseMetadata(remote)
  return isEmpty(metadata['metadata-log']) && isEmpty(metadata['snapshots'])
}

function isEmpty(list: unknown): boolean {
  return list === undefined || list === null || (Array.isArray(list) && list.length === 0)
}

/**
 * Ends an early-staged table. Drops the table in the upstream catalog if nothing has changed it since its
 * creation. Otherwise deletes the database row that hides the table, so that the table becomes visible and
 * belongs to the principal that created it.
 *
 * @param caller caller of the request, or null for background work
 * @param early whether the table may be ended before its reservation expires. True only for the principal
 *   that created it
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

/** Makes an early-staged table visible: adds a relation row for it, and deletes the row that hides it. */
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
 * Finds out whether the first commit to an early-staged table succeeded, while the process that sent the
 * commit waits for the response or has stopped. Returns whether the table is now visible.
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
