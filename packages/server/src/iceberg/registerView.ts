import { decodeRegisterViewRequest } from '@headgate/iceberg/rest'
import { viewModel } from '../catalog/relation-model.ts'
import type { Operation } from '../http/operation.ts'
import type { IcebergParts } from './parts.ts'
import { registerRelation } from './register.ts'
import { route } from './route.ts'

export function registerView(parts: IcebergParts): Operation {
  return route('registerView', async (call) => {
    const request = decodeRegisterViewRequest(await call.json(), parts.nameLimits)
    return registerRelation(parts, call, viewModel, parts.viewModels, { ...request, overwrite: false })
  })
}
