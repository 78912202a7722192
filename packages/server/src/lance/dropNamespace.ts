import { HeadgateError, isHeadgateError } from '@headgate/errors'
import { decodeDropNamespaceRequest } from '@headgate/lance/model'
import { dropNamespace as drop } from '../catalog/commit/drop-namespace.ts'
import { dropNamespaceTree } from '../catalog/lance/drop-namespace-tree.ts'
import type { Operation } from '../operation/operation.ts'
import { commit } from './commit.ts'
import type { LanceDeps } from './deps.ts'
import { readMode } from './mode.ts'
import { readRequest, toNamespace } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'

/** Drops a namespace: an empty one, or with `cascade` also its tables and child namespaces. */
export function dropNamespace(deps: LanceDeps): Operation {
  return route('DropNamespace', async (call) => {
    const { warehouse, id, body } = await readRequest(deps, call, decodeDropNamespaceRequest)
    const mode = readMode('mode', body.mode, ['fail', 'skip'])
    const behavior = readMode('behavior', body.behavior, ['restrict', 'cascade'])
    const levels = toNamespace(deps, id)
    if (levels === null) throw new HeadgateError('bad-request', 'The root namespace cannot be dropped.')
    try {
      await commit(call, (context) =>
        behavior === 'cascade'
          ? dropNamespaceTree(deps, context, warehouse, levels)
          : drop(deps, context, warehouse, levels),
      )
    } catch (error) {
      if (mode !== 'skip' || !isHeadgateError(error, 'no-such-namespace')) throw error
    }
    if (behavior === 'cascade') deps.wakeJobs()
    return jsonResponse({})
  })
}
