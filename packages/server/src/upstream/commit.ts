import { type Json, type JsonObject, stringify } from '@headgate/json'
import { type HeadgateError, isHeadgateError } from '@headgate/errors'
import type {
  CommitTableRequest,
  CommitViewRequest,
  TableChange,
  TableIdentifier,
} from '@headgate/iceberg/rest'
import { missingRelation } from '../catalog/existing.ts'
import type { RelationRef } from '../catalog/target.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { IcebergKind } from '../store/relations.ts'
import { findEarly } from '../store/early-tables.ts'
import { findStaged } from '../store/staged-relations.ts'
import { removeUpstreamStaged } from '../store/upstream-staged.ts'
import { afterChange } from './after-change.ts'
import { checkUuids } from './assigned-uuid.ts'
import { checkChosen, toLocations } from './chosen-locations.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import type { Dialect } from './dialect.ts'
import { unreadableOutcome } from './failures.ts'
import { loadRemote } from './early-table.ts'
import { checkEarlyCommit, notStaged, translateEarlyCommit } from './early-commit.ts'
import { authorizeName, authorizeNamespace } from './find-name.ts'
import { addedSnapshotIds, type CommitTraces, hasLanded } from './landed-commit.ts'
import { addLastColumnIds } from './last-column-id.ts'
import { readMetadata, type RemoteMetadata } from './load-result.ts'
import { recordRelation, type RecordedName, type RecordOptions } from './record.ts'
import { toPrefixes } from './remote-prefixes.ts'
import type { Upstream } from './upstream.ts'

/**
 * Commit to one table or view of an upstream catalog. `body` is the JSON body of the client's request, and
 * `request` is the decoded form of the same body.
 */
export interface UpstreamCommit {
  readonly ref: RelationRef
  readonly kind: IcebergKind
  readonly request: CommitTableRequest | CommitViewRequest
  readonly body: JsonObject
  readonly idempotencyKey: string | undefined
}

/** Commit for which the caller was authorized, in the form that is sent to the upstream catalog. */
interface PreparedCommit {
  readonly name: RecordedName
  readonly options: RecordOptions
  /** Requirements and updates to send. */
  readonly body: JsonObject
  /**
   * Id of the staged table's reservation that this commit completes. Null when the commit does not create a
   * staged table.
   */
  readonly stagedId: string | null
  readonly traces: CommitTraces
}

/**
 * Commits updates to a table or view of the upstream catalog. The commit requires the UUID of the table that
 * the caller was authorized for, so that it cannot change another table that has replaced it. When the
 * response is lost, loads the table once and checks whether its metadata contain the commit.
 *
 * @returns the new metadata
 * @throws HeadgateError `commit-state-unknown` when it is unknown whether the upstream catalog committed the
 *   change
 */
export async function commitRelation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  commit: UpstreamCommit,
  signal: AbortSignal,
): Promise<RemoteMetadata> {
  const { ref, kind, idempotencyKey } = commit
  const { identifier, warehouse } = ref
  const prepared = await prepare(deps, caller, commit, signal)
  const upstream = await deps.upstreams.get(warehouse, caller)
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  const missing = (): HeadgateError => missingRelation(kind, identifier)
  const send = async (): Promise<RemoteMetadata> => {
    const id = kind === 'table' ? 'updateTable' : 'replaceView'
    const response = await upstream.call(
      {
        id,
        target: { identifier },
        body: stringify(toSent(await upstream.dialect(signal), prepared.body)),
        idempotencyKey,
        begin: () => caller.begin(),
        missing,
      },
      signal,
    )
    try {
      return readMetadata(response.body, kind)
    } catch (cause) {
      throw unreadableOutcome(warehouse.name, cause)
    }
  }
  const load = async (): Promise<RemoteMetadata> => {
    const id = kind === 'table' ? 'loadTable' : 'loadView'
    return readMetadata((await upstream.call({ id, target: { identifier }, missing }, signal)).body, kind)
  }
  let metadata: RemoteMetadata
  try {
    metadata = await send()
  } catch (error) {
    if (!isHeadgateError(error, 'commit-state-unknown') || signal.aborted) throw error
    const landed = await load().catch(() => null)
    if (landed === null || !hasLanded(landed, prepared.traces)) throw error
    metadata = landed
  }
  const committed = metadata
  await afterChange(caller, () => recordCommitted(deps, caller, prepared, committed))
  return metadata
}

/**
 * Commits changes of several tables atomically. When the upstream catalog has no transactions and the request
 * changes only one table, sends the change as a commit to this table.
 *
 * @throws HeadgateError `unsupported` when the upstream catalog has no transactions and the request changes
 *   several tables
 */
export async function commitTransaction(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  transaction: {
    readonly warehouse: Warehouse
    readonly changes: readonly TableChange[]
    readonly bodies: readonly JsonObject[]
    readonly idempotencyKey: string | undefined
  },
  signal: AbortSignal,
): Promise<void> {
  const { warehouse, changes, bodies, idempotencyKey } = transaction
  const upstream = await deps.upstreams.get(warehouse, caller)
  const commits = changes.map((request, index) => ({
    ref: { warehouse, identifier: request.identifier },
    kind: 'table' as const,
    request,
    body: bodies[index] ?? {},
    idempotencyKey,
  }))
  const [only] = commits
  if (commits.length === 1 && only !== undefined && !(await upstream.offers('commitTransaction', signal))) {
    await commitRelation(deps, caller, only, signal)
    return
  }
  const prepared: PreparedCommit[] = []
  // Prepares the commits one after the other, because each decision overwrites the object in the audit event,
  // and the object of the last decision must remain.
  for (const commit of commits) prepared.push(await prepare(deps, caller, commit, signal))
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  const dialect = await upstream.dialect(signal)
  await upstream.call(
    {
      id: 'commitTransaction',
      target: {},
      body: stringify({
        'table-changes': prepared.map(({ body, name }) => ({
          ...toSent(dialect, body),
          identifier: toJson(name.identifier),
        })),
      }),
      idempotencyKey,
      begin: () => caller.begin(),
      missing: () => missingRelation('table', commits[0]?.ref.identifier ?? { namespace: [], name: '' }),
    },
    signal,
  )
  for (const commit of prepared)
    if (commit.options.ownerId !== undefined) await recordCreation(deps, caller, upstream, commit, signal)
}

/**
 * Writes the database row of a table that a transaction created, and its owner. The response to a transaction
 * contains no metadata, so this function loads the table. Does not throw when the row cannot be written,
 * because the upstream catalog has already committed the transaction.
 */
async function recordCreation(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  upstream: Upstream,
  commit: PreparedCommit,
  signal: AbortSignal,
): Promise<void> {
  const remote = await loadRemote(upstream, commit.name.identifier, signal).catch(() => null)
  if (remote !== null && hasLanded(remote, commit.traces))
    await afterChange(caller, () => recordCommitted(deps, caller, commit, remote))
}

function toJson({ namespace, name }: TableIdentifier): JsonObject {
  return { namespace: [...namespace], name }
}

async function prepare(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { ref, kind, request, body }: UpstreamCommit,
  signal: AbortSignal,
): Promise<PreparedCommit> {
  const { warehouse, identifier } = ref
  const requirements = toList(body['requirements'])
  const updates = toList(body['updates']).map(onlyDecoded)
  const sent = { requirements, updates, identifier: toJson(identifier) }
  const chosen = toLocations(request.updates)
  const snapshotIds = addedSnapshotIds(request.updates)
  if (kind === 'table' && request.requirements.some(({ type }) => type === 'assert-create')) {
    const namespace = await authorizeNamespace(deps, caller, warehouse, identifier.namespace, 'create', false)
    const principalId = caller.identity.principal.id
    const [location] = request.updates.flatMap((update) =>
      update.action === 'set-location' ? toPrefixes([update.location]) : [],
    )
    const [uuid = null] = request.updates.flatMap((update) =>
      update.action === 'assign-uuid' ? [update.uuid] : [],
    )
    const upstream = await deps.upstreams.get(warehouse, caller)
    const early = namespace.id === null ? null : await findEarly(deps.sql, namespace.id, identifier.name)
    if (early !== null) checkEarlyCommit(early, identifier, principalId, uuid)
    else if ((await upstream.dialect(signal)).staging === 'early') throw notStaged(identifier)
    const staged =
      early !== null || location === undefined || namespace.id === null
        ? null
        : await findStaged(deps.sql, {
            warehouseId: warehouse.id,
            namespaceId: namespace.id,
            name: identifier.name,
            location,
            principalId,
            uuid,
          })
    checkChosen(
      { warehouse, policy: namespace.policy, chain: namespace.chain },
      (early ?? staged)?.prefixes ?? [],
      chosen,
    )
    await checkUuids(deps, warehouse.id, request.updates, early?.uuid ?? null)
    const name: RecordedName = { warehouse, identifier, kind, known: null, namespace }
    const stagedId = (early ?? staged)?.id ?? null
    const options = { ownerId: principalId, ...(stagedId === null ? {} : { id: stagedId }) }
    if (early === null)
      return {
        name,
        options,
        body: sent,
        stagedId,
        traces: { uuid, creates: true, before: null, snapshotIds },
      }
    const translated = await translateEarlyCommit(deps, upstream, early, identifier, sent, signal)
    const traces = { uuid: early.uuid, creates: false, before: early.metadataLocation, snapshotIds }
    return { name, options, body: translated, stagedId, traces }
  }
  const name = await authorizeName(deps, caller, ref, kind, 'modify')
  const { known } = name
  const own = known === null ? [] : known.prefixes.split('\n')
  checkChosen({ warehouse, policy: name.policy, chain: name.chain }, own, chosen)
  await checkUuids(deps, warehouse.id, request.updates, known?.uuid ?? null)
  const traces = { uuid: known?.uuid ?? null, creates: false, before: null, snapshotIds }
  if (known === null) return { name, options: {}, body: sent, stagedId: null, traces }
  const required = { type: kind === 'table' ? 'assert-table-uuid' : 'assert-view-uuid', uuid: known.uuid }
  return {
    name,
    options: {},
    body: { ...sent, requirements: [required, ...requirements] },
    stagedId: null,
    traces,
  }
}

/** Returns the body of a commit, with `last-column-id` added if the upstream catalog requires it. */
function toSent({ lastColumnId }: Dialect, body: JsonObject): JsonObject {
  return lastColumnId === 'optional' ? body : { ...body, updates: addLastColumnIds(toList(body['updates'])) }
}

/** Members to keep in updates that set locations, by the `action` of the update. */
const locationMembers: Readonly<Record<string, readonly string[]>> = {
  'set-properties': ['action', 'updates', 'updated'],
  'set-location': ['action', 'location'],
}

/**
 * Former names of members in updates, with their current names. Earlier clients write the former name, and
 * the server decodes both names.
 */
const formerMembers: Readonly<Record<string, string>> = { updated: 'updates' }

/**
 * Removes the members of an update that this server does not decode and therefore has not checked. Another
 * parser could use such a member in place of a checked one.
 */
function onlyDecoded(update: Json): Json {
  const object = typeof update === 'object' && update !== null && !Array.isArray(update) ? update : {}
  const { action } = object as JsonObject
  const members = typeof action === 'string' ? locationMembers[action] : undefined
  if (members === undefined) return update
  const kept = Object.entries(object).filter(([name]) => {
    const current = formerMembers[name]
    return members.includes(name) && (current === undefined || !Object.hasOwn(object, current))
  })
  return Object.fromEntries(kept)
}

/**
 * Writes the database rows of a relation after a commit, and deletes the reservation that the commit
 * completed.
 */
async function recordCommitted(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { name, options, stagedId }: PreparedCommit,
  metadata: RemoteMetadata,
): Promise<void> {
  await recordRelation(deps, caller, name, metadata, options)
  if (stagedId !== null) await removeUpstreamStaged(deps.sql, stagedId)
}

function toList(value: Json | undefined): Json[] {
  return Array.isArray(value) ? [...value] : []
}
