import { isHeadgateError } from '@headgate/errors'
import type { Namespace } from '@headgate/iceberg/rest'
import { keepWritten } from '../catalog/lance/keep-written.ts'
import { rootNamespace } from '../catalog/lance/root-namespace.ts'
import { authorizeWarehouse } from '../catalog/find-warehouse.ts'
import { type ListedRelations, listRelations } from '../catalog/list-relations.ts'
import type { PageRequest } from '../catalog/list-page.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Call, Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { nextPageToken, pageParams } from './pages.ts'
import { idParam, toNamespace, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Lists the names of the Lance tables of a namespace. The tables of the root are those of the namespace `default`. */
export function listTables(deps: LanceDeps): Operation {
  return route('ListTables', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    const levels = toNamespace(deps, idParam(call))
    const page = pageParams(call, deps.maxPageSize)
    const { identifiers, hasMore } = await (levels === null
      ? listRoot(deps, call, warehouse, page)
      : list(deps, call, warehouse, levels, page))
    const tables = identifiers.map(({ name }) => name)
    const shown =
      call.query.get('include_declared') === 'false'
        ? await keepWritten(deps, warehouse, identifiers, call.signal)
        : identifiers
    return jsonResponse({
      tables: shown.map(({ name }) => name),
      page_token: nextPageToken({ names: tables, hasMore }),
    })
  })
}

function list(
  deps: LanceDeps,
  call: Call,
  warehouse: Warehouse,
  namespace: Namespace,
  page: PageRequest,
): Promise<ListedRelations> {
  return listRelations(deps, call, { warehouse, namespace, kind: 'lance-table' }, page, call.signal)
}

/**
 * Lists the tables of the root. The server creates the namespace that contains them together with the first table, so
 * without this namespace the list is empty.
 */
async function listRoot(
  deps: LanceDeps,
  call: Call,
  warehouse: Warehouse,
  page: PageRequest,
): Promise<ListedRelations> {
  try {
    return await list(deps, call, warehouse, [rootNamespace], page)
  } catch (error) {
    if (!isHeadgateError(error, 'no-such-namespace')) throw error
    authorizeWarehouse(call, warehouse, 'use')
    return { identifiers: [], hasMore: false }
  }
}
