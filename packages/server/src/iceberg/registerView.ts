import { decodeRegisterViewRequest } from '@headgate/iceberg/rest'
import { viewModel } from '../catalog/relation-model.ts'
import type { Operation } from '../operation/operation.ts'
import type { IcebergDeps } from './deps.ts'
import { registerRelation } from './register.ts'
import { route } from './route.ts'

export function registerView(deps: IcebergDeps): Operation {
  return route('registerView', async (call) => {
    const request = decodeRegisterViewRequest(await call.json(), deps.nameLimits)
    return registerRelation(deps, call, viewModel, deps.decodedViews, { ...request, overwrite: false })
  })
}
