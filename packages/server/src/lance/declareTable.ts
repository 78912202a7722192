import { decodeDeclareTableRequest } from '@headgate/lance/model'
import { checkProperties } from '../catalog/check-properties.ts'
import { mapDone } from '../catalog/commit/outcome.ts'
import { declareTable as declare, planDeclaration } from '../catalog/lance/declare-table.ts'
import { managedVersioning } from '../catalog/lance/managed-versioning.ts'
import { newTarget } from '../credentials/storage-target.ts'
import type { Operation } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { storageOptionsBeforeCreate } from './storage-options.ts'
import { toLocation } from './to-location.ts'

/** Declares a table: reserves its name and location, and issues credentials with which the client writes its files. */
export function declareTable(deps: LanceDeps): Operation {
  return route('DeclareTable', async (call) => {
    const request = await readRequest(deps, call, decodeDeclareTableRequest)
    const { location: chosen, properties = {}, vend_credentials: vends } = request.body
    checkProperties(properties)
    const ref = toTableRef(deps, request)
    const { warehouse, identifier } = ref
    const declaration = {
      location: chosen === undefined ? null : toLocation(warehouse, chosen),
      properties,
    }
    return await commit(call, async (context) => {
      const plan = await planDeclaration(deps, context, ref, declaration)
      const { id, location, name, ownerId, rights } = plan
      const target = newTarget(name, { id, staged: false, locations: [location] }, ownerId)
      const table = { warehouse, identifier, target, location }
      // If the credentials were issued after the row was written, a failure would leave a table that no client can write.
      const options = await storageOptionsBeforeCreate(deps, call, table, vends, rights)
      return mapDone(await declare(deps, context, plan), () =>
        jsonResponse({
          location,
          properties,
          storage_options: options,
          ...managedVersioning(warehouse),
        }),
      )
    })
  })
}
