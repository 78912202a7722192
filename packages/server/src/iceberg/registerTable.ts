import { decodeRegisterTableRequest } from '@headgate/iceberg/rest'
import { tableModel } from '../catalog/relation-model.ts'
import type { Operation } from '../http/operation.ts'
import type { IcebergParts } from './parts.ts'
import { registerRelation } from './register.ts'
import { route } from './route.ts'

export function registerTable(parts: IcebergParts): Operation {
  return route('registerTable', async (call) => {
    const request = decodeRegisterTableRequest(await call.json(), parts.nameLimits)
    return registerRelation(parts, call, tableModel, parts.tableModels, request)
  })
}
