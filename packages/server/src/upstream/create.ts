import { randomUUID } from 'node:crypto'
import { relationChain } from '../access/chain.ts'
import { checkNewName } from '@headgate/iceberg/rest'
import { joinLevels } from '../namespace-path.ts'
import type { Chain } from '../privilege.ts'
import { expireUpstreamStaged, insertUpstreamStaged } from '../store/upstream-staged.ts'
import { afterChange } from './after-change.ts'
import { checkChosen } from './chosen-locations.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { unrecorded } from './failures.ts'
import { authorizeNamespace } from './find-name.ts'
import type { UpstreamNamespace } from './upstream-name.ts'
import { confirmName } from './load.ts'
import type { RemoteMetadata } from './load-result.ts'
import { recordNamespace, recordRelation, type RecordedRelation } from './record.ts'
import { toPrefixes } from './remote-prefixes.ts'
import { adaptCreation, keepKeys, sendCreation, type UpstreamCreation } from './send-creation.ts'
import { clearEarly, stageEarly } from './stage-early.ts'

export type { UpstreamCreation } from './send-creation.ts'

/** Created table or view, or staged table. */
export interface CreatedRelation {
  readonly metadata: RemoteMetadata
  readonly row: RecordedRelation
  /**
   * Privilege chain (the object and its parents) of the created relation. For a staged table, the chain of
   * its namespace.
   */
  readonly chain: Chain
}

/**
 * Creates a table or view in the upstream catalog. The caller needs the privilege `create` on the namespace,
 * and becomes the owner of the relation.
 *
 * @throws HeadgateError `commit-state-unknown` when it is unknown whether the upstream catalog created the
 *   relation
 */
export async function createRelation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  creation: UpstreamCreation,
  signal: AbortSignal,
): Promise<CreatedRelation> {
  const { ref, kind } = creation
  const namespace = await authorizeCreation(deps, caller, creation, signal)
  const upstream = await deps.upstreams.get(ref.warehouse, caller)
  if (kind === 'table' && namespace.id !== null)
    await clearEarly(deps, caller, ref, upstream, namespace.id, null, signal)
  const requested = adaptCreation(creation, await upstream.dialect(signal), randomUUID())
  const { metadata, body } = await sendCreation(upstream, caller, creation, requested, signal)
  const ownerId = caller.identity.principal.id
  const name = { ...ref, kind, known: null, namespace }
  const row = await afterChange(caller, () => recordRelation(deps, caller, name, metadata, { ownerId }))
  // The caller becomes the owner only when the row is written. Without the row, the response must not contain
  // storage credentials.
  if (row === null) throw unrecorded(ref.warehouse.name)
  keepKeys(deps, creation, { ...row, staged: false }, body)
  const chain = relationChain(namespace.chain, row.id, ownerId, { kind, name: ref.identifier.name })
  return { metadata, row, chain }
}

/**
 * Stages a table in the upstream catalog: the catalog chooses the location of the table, and the first commit
 * creates the table. This server stores a reservation, with which the client can renew its storage
 * credentials before the table exists. If the upstream catalog does not support `stage-create`, the server
 * creates the table immediately and hides it until the first commit.
 *
 * @param reservationSeconds lifetime of the reservation in seconds
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
  const upstream = await deps.upstreams.get(warehouse, caller)
  const dialect = await upstream.dialect(signal)
  if (dialect.staging === 'early') {
    const early = await stageEarly(deps, caller, creation, upstream, reservationSeconds, signal)
    return { ...early, chain: namespace.chain }
  }
  const requested = { ...adaptCreation(creation, dialect, randomUUID()), 'stage-create': true }
  const { metadata, body } = await sendCreation(upstream, caller, creation, requested, signal)
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
