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

/**
 * Loads the properties of a namespace from the upstream catalog. The caller needs a privilege on the
 * namespace itself or above it; a privilege on an object in the namespace is not sufficient.
 */
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
 * Removes the property `location` of a namespace from a response, unless the caller may choose locations.
 * Trino derives the location of each new table from this property, and the server would then refuse the
 * request.
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

/** Checks that a namespace exists in the upstream catalog, and that the caller may see it. */
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

/** Request to create a namespace or to change its properties. */
export interface NamespaceChange {
  readonly warehouse: Warehouse
  readonly levels: Namespace
  readonly body: JsonObject
  /**
   * Locations in the properties of the request. The upstream catalog may derive the locations of new tables
   * from them.
   */
  readonly chosen: readonly string[]
}

/**
 * Creates a namespace in the upstream catalog. The caller needs the privilege `create` on the parent, and
 * becomes the owner of the namespace.
 */
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
      // The upstream catalog did not contain this namespace before. An existing row therefore belongs to an
      // earlier namespace of the same name, and its owner and grants must not apply.
      const { namespace } = await resolveUpstream(deps.sql, warehouse.id, [joinLevels(levels)], null)
      if (namespace !== null) await removeUpstreamNamespace(tx, namespace.id)
      await recordNamespace(tx, warehouse.id, levels, caller.identity.principal.id)
    }),
  )
  return usableProperties(created, above)
}

/** Sets and removes properties of a namespace in the upstream catalog. */
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
