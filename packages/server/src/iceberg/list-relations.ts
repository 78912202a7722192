import { listRelations as list } from '../catalog/list-relations.ts'
import type { Response, Call } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { nextPageToken, pageParams } from './page-params.ts'
import { namespaceParam, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'

/** Lists the tables or views of the namespace in the path. */
export async function listRelations(
  deps: IcebergDeps,
  call: Call,
  kind: 'table' | 'view',
): Promise<Response> {
  const warehouse = await managedWarehouseParam(deps, call)
  const listed = { warehouse, namespace: namespaceParam(deps, call), kind }
  const page = pageParams(call, deps.maxPageSize)
  const { identifiers, hasMore } = await list(deps, call, listed, page, call.signal)
  return jsonResponse({
    identifiers: identifiers.map(({ namespace, name }) => ({ namespace, name })),
    'next-page-token': nextPageToken(identifiers.at(-1)?.name, hasMore),
  })
}
