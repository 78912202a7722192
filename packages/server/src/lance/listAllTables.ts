import { formatIdentifier } from '@headgate/lance/model'
import { listAllTables as list, parseTableKey } from '../catalog/lance/list-all-tables.ts'
import { keepWritten } from '../catalog/lance/keep-written.ts'
import { rootNamespace } from '../catalog/lance/root-namespace.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { nextPageToken, pageParams } from './pages.ts'
import { delimiterParam, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Lists the Lance tables of all namespaces as identifiers, with the names joined by the delimiter. */
export function listAllTables(deps: LanceDeps): Operation {
  return route('ListAllTables', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    const page = await list(deps, call, warehouse, pageParams(call, deps.maxPageSize), call.signal)
    const identifiers = page.names.map(parseTableKey)
    const shown =
      call.query.get('include_declared') === 'false'
        ? await keepWritten(deps, warehouse, identifiers, call.signal)
        : identifiers
    const delimiter = delimiterParam(call)
    const tables = shown.map(({ namespace, name }) =>
      formatIdentifier([...(isRoot(namespace) ? [] : namespace), name], delimiter),
    )
    return jsonResponse({ tables, page_token: nextPageToken(page) })
  })
}

const isRoot = (levels: readonly string[]): boolean => levels.length === 1 && levels[0] === rootNamespace
