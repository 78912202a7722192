import { isHeadgateError } from '@headgate/errors'
import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Call } from '../../operation/operation.ts'
import { authorizeName, authorizeNamespace } from '../../upstream/find-name.ts'
import type { IcebergDeps } from '../deps.ts'
import { relationParam } from '../params.ts'

/**
 * Authorizes a commit before its large body is read: `create` on the namespace, for a commit that creates a table, or
 * `modify` on the table or view.
 */
export async function admitCommit(
  deps: IcebergDeps,
  call: Call,
  warehouse: Warehouse,
  kind: 'table' | 'view',
): Promise<void> {
  const identifier = relationParam(deps, call, kind)
  try {
    await authorizeNamespace(deps, call, warehouse, identifier.namespace, 'create', false)
  } catch (error) {
    if (!isHeadgateError(error, 'forbidden') && !isHeadgateError(error, 'no-such-namespace')) throw error
    await authorizeName(deps, call, { warehouse, identifier }, kind, 'modify')
  }
}
