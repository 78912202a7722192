import { randomUUID } from 'node:crypto'
import { relationChain } from '../access/chain.ts'
import { type Json, type JsonObject, stringify } from '@headgate/json'
import { checkNewName, type OperationId } from '@headgate/iceberg/rest'
import { missingNamespace } from '../catalog/existing.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { RelationRef } from '../catalog/target.ts'
import { joinLevels } from '../namespace-path.ts'
import type { Chain } from '../privilege.ts'
import type { RelationKind } from '../store/relations.ts'
import { expireUpstreamStaged, insertUpstreamStaged } from '../store/upstream-staged.ts'
import { afterChange } from './after-change.ts'
import { checkChosen } from './chosen-locations.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { unreadableOutcome, unrecorded } from './failures.ts'
import { authorizeNamespace, type UpstreamNamespace } from './find-name.ts'
import { confirmName } from './load.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'
import type { VendedKeys } from './vended-keys.ts'
import { recordNamespace, recordRelation, type RecordedRelation, toPrefixes } from './record.ts'

/** Creation of a table or view in an upstream. */
export interface UpstreamCreation {
  readonly id: Extract<OperationId, 'createTable' | 'createView' | 'registerTable' | 'registerView'>
  readonly kind: RelationKind
  readonly ref: RelationRef
  readonly body: JsonObject
  /** Locations in the request. */
  readonly chosen: readonly string[]
  /** True when the request may replace an existing table of this name. */
  readonly overwrites?: boolean
  readonly idempotencyKey: string | undefined
}

/** Result of a creation. */
export interface CreatedRelation {
  readonly metadata: RemoteMetadata
  readonly row: RecordedRelation
  /** Privilege chain of the relation, or of the namespace for a staged table. */
  readonly chain: Chain
}

/**
 * Creates a table or view in the upstream. The caller needs `create` on the namespace, and owns the relation.
 *
 * @throws HeadgateError `commit-state-unknown` when it is unknown whether the upstream created it
 */
export async function createRelation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  creation: UpstreamCreation,
  signal: AbortSignal,
): Promise<CreatedRelation> {
  const { ref, kind } = creation
  const namespace = await authorizeCreation(deps, caller, creation, signal)
  const { metadata, body } = await send(deps, caller, creation, creation.body, signal)
  const ownerId = caller.identity.principal.id
  const name = { ...ref, kind, known: null, namespace }
  const row = await afterChange(caller, () => recordRelation(deps, caller, name, metadata, { ownerId }))
  // Without a row, the caller does not own the relation and receives no credentials.
  if (row === null) throw unrecorded(ref.warehouse.name)
  keepKeys(deps, creation, { ...row, staged: false }, body)
  const chain = relationChain(namespace.chain, row.id, ownerId, { kind, name: ref.identifier.name })
  return { metadata, row, chain }
}

/**
 * Stages a table in the upstream: the upstream chooses its location, and the first commit creates it. The reservation
 * lets the client renew its storage credentials, although the upstream has no table yet.
 *
 * @param reservationSeconds time for which the reservation is kept
 */
export async function stageTable(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  creation: UpstreamCreation,
  reservationSeconds: number,
  signal: AbortSignal,
): Promise<CreatedRelation> {
  const { ref } = creation
  const { warehouse, identifier } = ref
  const namespace = await authorizeCreation(deps, caller, creation, signal)
  const request = { ...creation.body, 'stage-create': true }
  const { metadata, body } = await send(deps, caller, creation, request, signal)
  const prefixes = toPrefixes(metadata.locations)
  const id = randomUUID()
  const keys = keepKeys(deps, creation, { id, prefixes, staged: true }, body)
  await expireUpstreamStaged(deps.sql, warehouse.id)
  const namespaceId = await deps.sql.transaction(async (tx) => {
    const found = await recordNamespace(tx, warehouse.id, identifier.namespace)
    await insertUpstreamStaged(tx, {
      id,
      warehouseId: warehouse.id,
      namespaceId: found,
      path: joinLevels(identifier.namespace),
      name: identifier.name,
      uuid: metadata.uuid,
      location: prefixes[0] ?? '',
      prefixes,
      principalId: caller.identity.principal.id,
      seconds: reservationSeconds,
      renewal: keys === null ? null : deps.upstreams.sealRenewal(id, keys),
    })
    return found
  })
  return { metadata, row: { id, namespaceId, prefixes, revokedBefore: 0 }, chain: namespace.chain }
}

async function authorizeCreation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { ref, kind, chosen, overwrites = false }: UpstreamCreation,
  signal: AbortSignal,
): Promise<UpstreamNamespace> {
  const { warehouse, identifier } = ref
  checkNewName(identifier.name, 'name of a table or view')
  if (overwrites) await confirmName(deps, caller, ref, kind, 'manage', signal)
  const namespace = await authorizeNamespace(deps, caller, warehouse, identifier.namespace, 'create', false)
  checkChosen({ warehouse, policy: namespace.policy, chain: namespace.chain }, [], chosen)
  return namespace
}

async function send(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { id, kind, ref, idempotencyKey }: UpstreamCreation,
  body: Json,
  signal: AbortSignal,
): Promise<{ readonly metadata: RemoteMetadata; readonly body: Buffer }> {
  const { warehouse, identifier } = ref
  const upstream = await deps.upstreams.get(warehouse, caller)
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  const response = await upstream.call(
    {
      id,
      target: { namespace: identifier.namespace },
      body: stringify(body),
      idempotencyKey,
      vends: kind === 'table' && usesUpstreamKeys(warehouse),
      begin: () => caller.begin(),
      missing: () => missingNamespace(identifier.namespace),
    },
    signal,
  )
  try {
    return { metadata: readMetadata(response.body, kind), body: response.body }
  } catch (cause) {
    throw unreadableOutcome(warehouse.name, cause)
  }
}

/** Keeps the storage credentials in the response, so that the first client of the table needs no further request. */
function keepKeys(
  { upstreams }: UpstreamDeps,
  { kind, ref }: UpstreamCreation,
  table: { readonly id: string; readonly staged: boolean; readonly prefixes: readonly string[] },
  body: Buffer,
): VendedKeys | null {
  if (kind !== 'table' || !usesUpstreamKeys(ref.warehouse)) return null
  return upstreams.keys.keep({ ...ref, table, prefixes: table.prefixes, permission: 'read-write' }, body)
}

function usesUpstreamKeys({ credentials }: Pick<Warehouse, 'credentials'>): boolean {
  return credentials === 'relay' || credentials === 'pass'
}
