import { type Json, type JsonObject, stringify } from '@headgate/json'
import type { Namespace } from '@headgate/iceberg/rest'
import { missingNamespace, missingWarehouse } from '../catalog/existing.ts'
import { authorizeWarehouse } from '../catalog/find-warehouse.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { UpstreamCaller, UpstreamDeps } from './deps.ts'
import { authorizeNamespace } from './find-name.ts'
import { recordNamespace } from './record.ts'

/** Loads the properties of a namespace of the upstream. A privilege on an object in it is not sufficient. */
export async function loadNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  warehouse: Warehouse,
  levels: Namespace,
  signal: AbortSignal,
): Promise<Json> {
  await authorizeNamespace(deps, caller, warehouse, levels, 'use', false)
  const upstream = await deps.upstreams.get(warehouse)
  const missing = () => missingNamespace(levels)
  return await upstream.callJson(
    { id: 'loadNamespaceMetadata', target: { namespace: levels }, missing },
    signal,
  )
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
  const upstream = await deps.upstreams.get(warehouse)
  const id = (await upstream.offers('namespaceExists', signal)) ? 'namespaceExists' : 'loadNamespaceMetadata'
  await upstream.call({ id, target: { namespace: levels }, missing: () => missingNamespace(levels) }, signal)
}

/** Creates a namespace in the upstream. The caller needs `create` on the parent, and owns the namespace. */
export async function createNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { warehouse, levels, body }: { warehouse: Warehouse; levels: Namespace; body: JsonObject },
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<Json> {
  const parent = levels.slice(0, -1)
  if (parent.length === 0) authorizeWarehouse(caller, warehouse, 'create')
  else await authorizeNamespace(deps, caller, warehouse, parent, 'create', false)
  const upstream = await deps.upstreams.get(warehouse)
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
  await deps.sql.transaction((tx) => recordNamespace(tx, warehouse.id, levels, caller.identity.principal.id))
  return created
}

/** Sets and removes properties of a namespace in the upstream. */
export async function updateNamespace(
  deps: UpstreamDeps,
  caller: UpstreamCaller,
  { warehouse, levels, body }: { warehouse: Warehouse; levels: Namespace; body: JsonObject },
  idempotencyKey: string | undefined,
  signal: AbortSignal,
): Promise<Json> {
  await authorizeNamespace(deps, caller, warehouse, levels, 'modify', false)
  const upstream = await deps.upstreams.get(warehouse)
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
