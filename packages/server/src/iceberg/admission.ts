import { authorizeCommit } from '../catalog/authorize-commit.ts'
import { findNamespace } from '../catalog/find-namespace.ts'
import type { Call } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { namespaceParam, relationParam, managedWarehouseParam } from './params.ts'

/** Authorizes a commit to the table or view in the path before its large body is read. */
export async function admitCommit(deps: IcebergDeps, call: Call, kind: 'table' | 'view'): Promise<void> {
  const ref = {
    warehouse: await managedWarehouseParam(deps, call),
    identifier: relationParam(deps, call, kind),
  }
  await authorizeCommit(deps, call, ref, kind)
}

/** Authorizes a request for the namespace in the path before its large body is read. */
export async function admitInNamespace(
  deps: IcebergDeps,
  call: Call,
  privilege: 'create' | 'modify',
): Promise<void> {
  const warehouse = await managedWarehouseParam(deps, call)
  await findNamespace(deps, call, warehouse, namespaceParam(deps, call), privilege)
}
