import { decodeRegisterTableRequest } from '@headgate/iceberg/rest'
import { tableModel } from '../catalog/relation-model.ts'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { registerRelation } from './register.ts'
import { route } from './route.ts'

export function registerTable(deps: IcebergDeps): Operation {
  return route('registerTable', async (call) => {
    const request = decodeRegisterTableRequest(await call.json(), deps.nameLimits)
    return registerRelation(deps, call, tableModel, deps.decodedTables, request)
  })
}
