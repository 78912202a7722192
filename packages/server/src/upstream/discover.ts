import { isHeadgateError } from '@headgate/errors'
import type { Namespace } from '@headgate/iceberg/rest'
import { missingNamespace } from '../catalog/existing.ts'
import type { Caller } from '../catalog/caller.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { UpstreamDeps } from './deps.ts'
import { authorizeName, authorizeNamespace } from './find-name.ts'
import { loadAuthorized } from './load.ts'
import { recordNamespace } from './record.ts'

/** Namespace, table or view of an upstream, by its name. */
export interface UpstreamObject {
  readonly warehouse: Warehouse
  readonly namespace: Namespace
  /** Name of a table or view. Undefined: the namespace itself. */
  readonly relation: string | undefined
}

/**
 * Adds the row of an object that exists only in the upstream, so that a grant can refer to it. The caller needs `manage` on
 * it or above it. Sends no request when the object has a row.
 *
 * @throws HeadgateError of a missing object when the upstream does not have it or the caller may not see it
 */
export async function discoverObject(
  deps: UpstreamDeps,
  caller: Caller,
  { warehouse, namespace, relation }: UpstreamObject,
  signal: AbortSignal,
): Promise<void> {
  if (relation === undefined) {
    const found = await authorizeNamespace(deps, caller, warehouse, namespace, 'manage', false)
    if (found.id !== null) return
    const upstream = await deps.upstreams.get(warehouse, caller)
    const missing = () => missingNamespace(namespace)
    await upstream.call({ id: 'loadNamespaceMetadata', target: { namespace }, missing }, signal)
    await deps.sql.transaction((tx) => recordNamespace(tx, warehouse.id, namespace))
    return
  }
  const ref = { warehouse, identifier: { namespace, name: relation } }
  const table = await authorizeName(deps, caller, ref, 'table', 'manage')
  const view = await authorizeName(deps, caller, ref, 'view', 'manage')
  if (table.known !== null || view.known !== null) return
  try {
    await loadAuthorized(deps, caller, table, 'refs', signal)
  } catch (error) {
    if (!isHeadgateError(error, 'no-such-table')) throw error
    const upstream = await deps.upstreams.get(warehouse, caller)
    if (!(await upstream.offers('loadView', signal))) throw error
    await loadAuthorized(deps, caller, view, 'all', signal).catch((other: unknown) => {
      throw isHeadgateError(other, 'no-such-view') ? error : other
    })
  }
}
