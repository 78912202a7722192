import { isRawNumber, type Json, type JsonObject, stringify } from '@headgate/json'
import type { Namespace } from '@headgate/iceberg/rest'
import { administersStorage } from '../access/administers-storage.ts'
import type { Policy } from '../access/policy.ts'
import { missingNamespace, missingWarehouse } from '../catalog/existing.ts'
import { authorizeWarehouse } from '../catalog/find-warehouse.ts'
import { type Warehouse, warehouseChain } from '../catalog/warehouses.ts'
import { afterChange } from './after-change.ts'
import { checkChosen } from './chosen-locations.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { authorizeNamespace } from './find-name.ts'
import { recordNamespace } from './record.ts'
import { joinLevels } from '../namespace-path.ts'
import type { Chain } from '../privilege.ts'
import { removeUpstreamNamespace, resolveUpstream } from '../store/upstream-relations.ts'

/** Loads the properties of a namespace of the upstream. A privilege on an object in it is not sufficient. */
export async function loadNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  warehouse: Warehouse,
  levels: Namespace,
  signal: AbortSignal,
): Promise<Json> {
  const namespace = await authorizeNamespace(deps, caller, warehouse, levels, 'use', false)
  const upstream = await deps.upstreams.get(warehouse, caller)
  const missing = () => missingNamespace(levels)
  const loaded = await upstream.callJson(
    { id: 'loadNamespaceMetadata', target: { namespace: levels }, missing },
    signal,
  )
  return usableProperties(loaded, namespace)
}

/**
 * Removes the location of a namespace from a response to callers that may not choose locations. Trino computes the
 * location of each new table from it, and such a request would be refused.
 */
function usableProperties(
  loaded: Json,
  { policy, chain }: { readonly policy: Policy; readonly chain: Chain },
): Json {
  if (!isObject(loaded) || !isObject(loaded['properties']) || administersStorage(policy, chain)) return loaded
  const { location: _, ...properties } = loaded['properties']
  return { ...loaded, properties }
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

/** Checks that a namespace exists in the upstream. */
export async function checkNamespaceExists(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  warehouse: Warehouse,
  levels: Namespace,
  signal: AbortSignal,
): Promise<void> {
  await authorizeNamespace(deps, caller, warehouse, levels, 'use')
  const upstream = await deps.upstreams.get(warehouse, caller)
  const id = (await upstream.offers('namespaceExists', signal)) ? 'namespaceExists' : 'loadNamespaceMetadata'
  await upstream.call({ id, target: { namespace: levels }, missing: () => missingNamespace(levels) }, signal)
}

/** Creation of a namespace, or a change of its properties. */
export interface NamespaceChange {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  readonly body: JsonObject
  /** Locations in the request, from which the upstream may compute the locations of new tables. */
  readonly chosen: readonly string[]
}

/** Creates a namespace in the upstream. The caller needs `create` on the parent, and owns the namespace. */
export async function createNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { warehouse, levels, body, chosen }: NamespaceChange,
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<Json> {
  const parent = levels.slice(0, -1)
  if (parent.length === 0) authorizeWarehouse(caller, warehouse, 'create')
  const above =
    parent.length === 0
      ? { policy: caller.policy, chain: warehouseChain(warehouse) }
      : await authorizeNamespace(deps, caller, warehouse, parent, 'create', false)
  checkChosen({ warehouse, policy: above.policy, chain: above.chain }, [], chosen)
  const upstream = await deps.upstreams.get(warehouse, caller)
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  const created = await upstream.callJson(
    {
      id: 'createNamespace',
      target: {},
      body: stringify(body),
      idempotencyKey,
      begin: () => caller.begin(),
      missing: () => (parent.length === 0 ? missingWarehouse(warehouse.name) : missingNamespace(parent)),
    },
    signal,
  )
  await afterChange(caller, () =>
    deps.sql.transaction(async (tx) => {
      // The upstream had no such namespace. A row is that of an earlier one, whose owner and grants do not count.
      const { namespace } = await resolveUpstream(deps.sql, warehouse.id, [joinLevels(levels)], null)
      if (namespace !== null) await removeUpstreamNamespace(tx, namespace.id)
      await recordNamespace(tx, warehouse.id, levels, caller.identity.principal.id)
    }),
  )
  return usableProperties(created, above)
}

/** Sets and removes properties of a namespace in the upstream. */
export async function updateNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { warehouse, levels, body, chosen }: NamespaceChange,
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<Json> {
  const { policy, chain } = await authorizeNamespace(deps, caller, warehouse, levels, 'modify', false)
  checkChosen({ warehouse, policy, chain }, [], chosen)
  const upstream = await deps.upstreams.get(warehouse, caller)
  caller.audit.detail = { ...caller.audit.detail, upstream: upstream.host }
  return await upstream.callJson(
    {
      id: 'updateProperties',
      target: { namespace: levels },
      body: stringify(body),
      idempotencyKey,
      begin: () => caller.begin(),
      missing: () => missingNamespace(levels),
    },
    signal,
  )
}
