import { createHash, randomUUID } from 'node:crypto'
import { type JsonObject, stringify } from '@headgate/json'
import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { RelationRef } from '../catalog/target.ts'
import { joinLevels } from '../namespace-path.ts'
import { type EarlyTable, findEarly, insertEarly, recordEarly, removeEarly } from '../store/early-tables.ts'
import { isViolation } from '../store/violation.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { endEarly, isMarked, loadRemote } from './early-table.ts'
import type { RemoteMetadata } from './load-result.ts'
import { recordNamespace, type RecordedRelation } from './record.ts'
import { toPrefixes } from './remote-prefixes.ts'
import { adaptCreation, keepKeys, sendCreation, type UpstreamCreation } from './send-creation.ts'
import { markProperty } from './translate-creation.ts'
import type { Upstream } from './upstream.ts'

/** Early-staged table: metadata for the response to the client, and database row. */
export interface StagedEarly {
  readonly metadata: RemoteMetadata
  readonly row: RecordedRelation
}

/**
 * Stages a table in an upstream catalog that does not support `stage-create`: creates the table immediately,
 * and hides it until its first commit. Writes a database row before the request is sent, and updates it after
 * the response, so that the cleanup job finds each table whose client has stopped. A repeated request of the
 * same principal returns the same table.
 *
 * @param seconds lifetime of the reservation in seconds
 * @throws HeadgateError `already-exists` while another principal creates a table with this name
 */
export async function stageEarly(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  creation: UpstreamCreation,
  upstream: Upstream,
  seconds: number,
  signal: AbortSignal,
): Promise<StagedEarly> {
  const { ref, body } = creation
  const { warehouse, identifier } = ref
  const digest = createHash('sha256').update(stringify(body)).digest()
  const namespaceId = await deps.sql.transaction((tx) =>
    recordNamespace(tx, warehouse.id, identifier.namespace),
  )
  const earlier = await clearEarly(deps, caller, ref, upstream, namespaceId, digest, signal)
  const id = earlier?.id ?? randomUUID()
  if (earlier === null) {
    const row = { id, warehouseId: warehouse.id, namespaceId, path: joinLevels(identifier.namespace) }
    const principalId = caller.identity.principal.id
    await insertEarly(deps.sql, { ...row, name: identifier.name, principalId, digest }).catch(
      (error: unknown) => {
        throw isViolation(error) ? inProgress(ref) : error
      },
    )
  }
  const known = earlier?.state === 'created' ? await findCreated(upstream, ref, earlier, signal) : null
  const { metadata, body: response } =
    known === null
      ? await create(deps, caller, creation, upstream, id, signal)
      : { metadata: known, body: null }
  const prefixes = toPrefixes(metadata.locations)
  const { uuid, metadataLocation } = metadata
  const keys = response === null ? null : keepKeys(deps, creation, { id, staged: true, prefixes }, response)
  const renewal = keys === null ? null : deps.upstreams.sealRenewal(id, keys)
  if (!(await recordEarly(deps.sql, id, { uuid, prefixes, metadataLocation, renewal }, seconds)))
    throw inProgress(ref)
  return {
    // For the client, the table does not exist before its first commit, so the response contains no metadata
    // location.
    metadata: { ...metadata, metadataLocation: null },
    row: { id, namespaceId, prefixes, revokedBefore: 0 },
  }
}

/**
 * Ends the early-staged table that an earlier attempt left under a name. Returns null when the name is free
 * afterwards. If the same request created the table, keeps the table and returns its row.
 *
 * @param digest digest of the request, or null for a request that cannot reuse the table of an earlier
 *   attempt
 * @throws HeadgateError `already-exists` when another principal is creating the table, or when the table
 *   cannot be dropped
 */
export async function clearEarly(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  ref: RelationRef,
  upstream: Upstream,
  namespaceId: string,
  digest: Buffer | null,
  signal: AbortSignal,
): Promise<EarlyTable | null> {
  const { warehouse, identifier } = ref
  const table = await findEarly(deps.sql, namespaceId, identifier.name)
  if (table === null) return null
  const isOwn = table.principalId === caller.identity.principal.id
  if (!isOwn && table.isLive) throw inProgress(ref)
  const isReusable = table.state === 'intended' || table.state === 'created'
  if (isOwn && table.isLive && isReusable && digest !== null && digest.equals(table.digest)) return table
  const end = await endEarly(deps, caller, upstream, warehouse, identifier, table, isOwn, signal)
  if (end === 'absent' || end === 'dropped') return null
  throw inProgress(ref)
}

/**
 * Returns the table that an earlier, identical request created. Returns null when the upstream catalog no
 * longer has the table.
 *
 * @throws HeadgateError `already-exists` when another client has changed the table
 */
async function findCreated(
  upstream: Upstream,
  ref: RelationRef,
  { uuid, metadataLocation }: EarlyTable,
  signal: AbortSignal,
): Promise<RemoteMetadata | null> {
  const remote = await loadRemote(upstream, ref.identifier, signal)
  if (remote !== null && (remote.uuid !== uuid || remote.metadataLocation !== metadataLocation))
    throw inProgress(ref)
  return remote
}

/**
 * Creates the table in the upstream catalog. If an interrupted attempt with the same row has already created
 * the table, returns this table.
 */
async function create(
  { sql }: UpstreamDeps,
  caller: UpstreamCaller,
  creation: UpstreamCreation,
  upstream: Upstream,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly metadata: RemoteMetadata; readonly body: Buffer | null }> {
  const { identifier } = creation.ref
  const findMarked = async (): Promise<RemoteMetadata | null> => {
    const remote = await loadRemote(upstream, identifier, signal)
    return remote !== null && isMarked(remote, id) ? remote : null
  }
  try {
    const dialect = await upstream.dialect(signal)
    const body = mark(adaptCreation(creation, dialect, id), creation.body, id)
    return await sendCreation(upstream, caller, creation, { ...body, 'stage-create': false }, signal)
  } catch (error) {
    const exists = isHeadgateError(error, 'already-exists') || isHeadgateError(error, 'conflict')
    const isUnknown = isHeadgateError(error, 'commit-state-unknown')
    if (signal.aborted || !isHeadgateError(error)) throw error
    const found = exists || isUnknown ? await findMarked().catch(() => null) : null
    if (found !== null) return { metadata: found, body: null }
    // If it is unknown whether the upstream catalog created the table, the row remains, so that the cleanup
    // job can drop the table later.
    if (!isUnknown) await removeEarly(sql, id)
    throw error
  }
}

/**
 * Adds the property `headgate.staged` to the table. Not needed if the server chose the location, which then
 * contains the id.
 */
function mark(adapted: JsonObject, requested: JsonObject, id: string): JsonObject {
  if (adapted['location'] !== requested['location']) return adapted
  const { properties } = adapted
  const given = typeof properties === 'object' && properties !== null ? (properties as JsonObject) : {}
  return { ...adapted, properties: { ...given, [markProperty]: id } }
}

function inProgress({ identifier }: RelationRef): HeadgateError {
  return new HeadgateError(
    'already-exists',
    `Table ${formatIdentifier(identifier)} is being created by another request: repeat this request later, or use another name.`,
  )
}
