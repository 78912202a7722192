import { isHeadgateError } from '@headgate/errors'
import type { Namespace } from '@headgate/iceberg/rest'
import { missingNamespace } from '../catalog/existing.ts'
import type { Caller } from '../catalog/caller.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { UpstreamDeps } from './deps.ts'
import { authorizeName, authorizeNamespace } from './find-name.ts'
import { loadAuthorized } from './load.ts'
import { recordNamespace } from './record.ts'

/** Name of a namespace, table or view in an upstream catalog. */
export interface UpstreamObject {
  readonly warehouse: Warehouse
  readonly namespace: Namespace
  /** Name of the table or view. Undefined when the object is the namespace. */
  readonly relation: string | undefined
}

/**
 * Adds a database row for an object of the upstream catalog, so that a grant can refer to the id of the row.
 * The caller needs the privilege `manage` on the object or on one of its parents. If the row already exists,
 * sends no request to the upstream catalog.
 *
 * @throws HeadgateError of a missing object when the object does not exist in the upstream catalog, or when
 *   the caller may not see it
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
