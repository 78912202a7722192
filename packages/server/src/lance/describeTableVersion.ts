import { decodeDescribeTableVersionRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { requireWritten } from '../catalog/lance/find-version.ts'
import { versionMetadata } from '../catalog/lance/version-metadata.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toTableVersion } from './table-version.ts'

/** Returns the manifest of one version of a Lance table. Default: the latest version. */
export function describeTableVersion(deps: LanceDeps): Operation {
  return route('DescribeTableVersion', async (call) => {
    const request = await readRequest(deps, call, decodeDescribeTableVersionRequest)
    const ref = toTableRef(deps, request)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const manifest = await requireWritten(deps, found, request.body, call.signal)
    const metadata = await versionMetadata(deps, found, request.body.branch, [manifest.version])
    return jsonResponse({ version: toTableVersion(manifest, metadata.get(manifest.version)) })
  })
}
