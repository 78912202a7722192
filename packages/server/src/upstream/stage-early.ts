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

/** Table of early staging that a request receives. */
export interface StagedEarly {
  readonly metadata: RemoteMetadata
  readonly row: RecordedRelation
}

/**
 * Stages a table in an upstream without `stage-create`: creates it at once, and hides it until its first commit. A row
 * is written before the request is sent and after the response, so that a sweep finds every table whose client stopped.
 * A repeated request of the same principal receives the same table.
 *
 * @param seconds time for which the table is kept
 * @throws HeadgateError `already-exists` while another principal creates a table of this name
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
    // The client creates the table with its first commit, so for the client it has no metadata file yet.
    metadata: { ...metadata, metadataLocation: null },
    row: { id, namespaceId, prefixes, revokedBefore: 0 },
  }
}

/**
 * Ends the table that an earlier attempt of the caller staged under a name. Returns its row instead when the same
 * request created it, or null when the name is free for this server.
 *
 * @param digest digest of the request. Null: the request cannot take over a table
 * @throws HeadgateError `already-exists` when another principal creates the table, or when it cannot be dropped
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
 * Returns the table that the same request created before. Returns null when the upstream has none.
 *
 * @throws HeadgateError `already-exists` when another client of the upstream changed it
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

/** Creates the table, or finds the one that an interrupted attempt with the same row created. */
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
    // If it is unknown whether the upstream created the table, the row remains, and the cleanup job decides later.
    if (!isUnknown) await removeEarly(sql, id)
    throw error
  }
}

/** Adds the property that marks the table, unless the server chose its location. */
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
