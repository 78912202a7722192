import { decodeRegisterTableRequest } from '@headgate/lance/model'
import { checkProperties } from '../catalog/check-properties.ts'
import { registerLanceTable } from '../catalog/lance/register-table.ts'
import type { Operation } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { readMode } from './mode.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toLocation } from './to-location.ts'

/** Registers the files of an existing Lance table. The response repeats the location as the client sent it. */
export function registerTable(deps: LanceDeps): Operation {
  return route('RegisterTable', async (call) => {
    const request = await readRequest(deps, call, decodeRegisterTableRequest)
    const { location, properties = {} } = request.body
    checkProperties(properties)
    const overwrite = readMode('mode', request.body.mode, ['create', 'overwrite']) === 'overwrite'
    const ref = toTableRef(deps, request)
    const registration = { location: toLocation(ref.warehouse, location), overwrite, properties }
    await commit(call, (context) => registerLanceTable(deps, context, ref, registration, call.signal))
    return jsonResponse({ location, properties })
  })
}
