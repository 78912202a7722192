import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { decodeCreateNamespaceRequest } from '@headgate/lance/model'
import { checkNewName } from '@headgate/iceberg/rest'
import { checkProperties } from '../catalog/check-properties.ts'
import { checkReachable } from '../catalog/check-reachable.ts'
import { createNamespace as create } from '../catalog/commit/create-namespace.ts'
import { findNamespace } from '../catalog/find-namespace.ts'
import { replaceNamespaceTree } from '../catalog/lance/drop-namespace-tree.ts'
import type { Call, Operation, Response } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { readMode } from './mode.ts'
import { readRequest, toNamespace } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Creates a namespace. */
export function createNamespace(deps: LanceDeps): Operation {
  return route('CreateNamespace', async (call: Call): Promise<Response> => {
    const request = await readRequest(deps, call, decodeCreateNamespaceRequest)
    const { warehouse, body } = request
    const levels = toNamespace(deps, request.id)
    if (levels === null)
      throw new HeadgateError(
        'namespace-already-exists',
        'The root namespace exists already. Name another namespace.',
      )
    const { properties = {} } = body
    checkReachable(deps, levels)
    checkNewName(levels.at(-1) ?? '', 'namespace level')
    checkProperties(properties)
    const mode = readMode('mode', body.mode, ['create', 'existok', 'overwrite'])
    const creation = { warehouse, levels, properties }
    if (mode === 'overwrite') {
      await commit(call, (context) => replaceNamespaceTree(deps, context, creation))
      return jsonResponse({ properties })
    }
    try {
      await commit(call, (context) => create(deps, context, creation))
      return jsonResponse({ properties })
    } catch (error) {
      if (mode !== 'existok' || !isHeadgateError(error, 'namespace-already-exists')) throw error
      const { found } = await findNamespace(deps, call, warehouse, levels, 'use')
      return jsonResponse({ properties: found.row.properties })
    }
  })
}
