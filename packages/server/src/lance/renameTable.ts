import { checkNewName } from '@headgate/iceberg/rest'
import { decodeRenameTableRequest } from '@headgate/lance/model'
import { renameRelation } from '../catalog/commit/rename-relation.ts'
import type { Operation } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableIdentifier, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Renames a table, also into another namespace of the warehouse. Its location stays the same. */
export function renameTable(deps: LanceDeps): Operation {
  return route('RenameTable', async (call) => {
    const request = await readRequest(deps, call, decodeRenameTableRequest)
    const { warehouse, id, body } = request
    const namespace = body.new_namespace_id ?? id.slice(0, -1)
    checkNewName(body.new_table_name, 'name of a table or view')
    const to = { warehouse, identifier: toTableIdentifier(deps, [...namespace, body.new_table_name]) }
    const from = toTableRef(deps, request)
    await commit(call, (context) => renameRelation(deps, context, 'lance-table', from, to))
    return jsonResponse({})
  })
}
