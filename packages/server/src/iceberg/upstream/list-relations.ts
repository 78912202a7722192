import type { Warehouse } from '../../catalog/warehouses.ts'
import type { Call, Response } from '../../operation/operation.ts'
import { listRelations as list } from '../../upstream/list.ts'
import type { IcebergDeps } from '../deps.ts'
import { namespaceParam } from '../params.ts'
import { jsonResponse } from '../responses.ts'
import { nextToken, upstreamPage } from './page-params.ts'

/** Lists the tables or views of the namespace in the path. */
export async function listRelations(
  deps: IcebergDeps,
  call: Call,
  warehouse: Warehouse,
  kind: 'table' | 'view',
): Promise<Response> {
  const namespace = namespaceParam(deps, call)
  const page = upstreamPage(call, deps.maxPageSize)
  const { items, next } = await list(deps, call, { warehouse, namespace, kind }, page, call.signal)
  return jsonResponse({
    identifiers: items.map((name) => ({ namespace: [...namespace], name })),
    'next-page-token': nextToken(next),
  })
}
