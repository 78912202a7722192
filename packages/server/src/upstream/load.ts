import type { OperationId, SnapshotMode } from '@headgate/iceberg/rest'
import { decide } from '../access/decide.ts'
import type { Caller } from '../catalog/caller.ts'
import { missingRelation } from '../catalog/existing.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Privilege } from '../privilege.ts'
import type { IcebergKind } from '../store/relations.ts'
import type { UpstreamDeps } from './deps.ts'
import { authorizeName, authorizeReplaced } from './find-name.ts'
import type { UpstreamName } from './upstream-name.ts'
import type { RemoteMetadata } from './load-result.ts'
import { recordRelation, type RecordedRelation } from './record.ts'

/** Table or view that the server has loaded from the upstream catalog for an authorized caller. */
export interface LoadedRelation {
  readonly name: UpstreamName
  readonly metadata: RemoteMetadata
  readonly row: RecordedRelation
}

const loads = { table: 'loadTable', view: 'loadView' } as const satisfies Record<IcebergKind, OperationId>

/**
 * Loads a table or view from the upstream catalog. Authorizes the caller before the request is sent.
 * Authorizes the caller again if the upstream catalog returns a table with another UUID than the database
 * row, because the grants on the row belong to the previous table.
 *
 * @param snapshots snapshots in the response: `all`, or `refs` for referenced snapshots only
 * @param signal aborts the wait. Null for the request of a client, because the time limits of this request and of the
 *   request to the upstream end the wait
 * @throws HeadgateError of a missing relation when it does not exist or the caller may not see it
 */
export async function loadRelation(
  deps: UpstreamDeps,
  caller: Caller,
  ref: RelationRef,
  kind: IcebergKind,
  snapshots: SnapshotMode,
  signal: AbortSignal | null,
): Promise<LoadedRelation> {
  const name = await authorizeName(deps, caller, ref, kind, 'select')
  return await loadAuthorized(deps, caller, name, snapshots, signal)
}

/**
 * Authorizes the caller, and then checks that the upstream catalog still has the table for which the grants
 * were created, by loading the table and comparing its UUID. Sends no request if the decision does not depend
 * on grants on the table itself. Needed before operations whose requests contain no UUID, such as a drop.
 */
export async function confirmName(
  deps: UpstreamDeps,
  caller: Caller,
  ref: RelationRef,
  kind: IcebergKind,
  privilege: Privilege,
  signal: AbortSignal,
): Promise<UpstreamName> {
  const name = await authorizeName(deps, caller, ref, kind, privilege)
  return name.isInherited ? name : (await loadAuthorized(deps, caller, name, 'refs', signal)).name
}

/** Loads a table or view for a caller that is already authorized, and updates its database row. */
export async function loadAuthorized(
  deps: UpstreamDeps,
  caller: Caller,
  name: UpstreamName,
  snapshots: SnapshotMode,
  signal: AbortSignal | null,
): Promise<LoadedRelation> {
  const { warehouse, identifier, kind } = name
  const mayModify = decide(name.policy, name.chain, 'modify').outcome === 'allow'
  const upstream = await (mayModify
    ? deps.upstreams.get(warehouse, caller)
    : deps.upstreams.getReader(warehouse, caller))
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  // The version is a part of the key, because an ETag has no meaning for another upstream.
  const { id, version } = warehouse
  const key = [id, version, kind, snapshots, ...identifier.namespace, identifier.name].join('\u001f')
  const response = await upstream.call(
    {
      id: loads[kind],
      earlier: deps.upstreams.metadata.last(key),
      target: { identifier },
      query: kind === 'table' ? { snapshots } : {},
      missing: () => missingRelation(kind, identifier),
    },
    signal,
  )
  const metadata = deps.upstreams.metadata.read(key, response, kind)
  const isReplaced = name.known !== null && name.known.uuid !== metadata.uuid
  const current = isReplaced ? authorizeReplaced(caller, name) : name
  return { name: current, metadata, row: await recordRelation(deps, caller, current, metadata) }
}
