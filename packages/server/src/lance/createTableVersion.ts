import { decodeCreateTableVersionRequest } from '@headgate/lance/model'
import { createVersion } from '../catalog/lance/create-version.ts'
import type { Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toTableVersion } from './table-version.ts'
import { toVersionRequest } from './version-request.ts'

/** Commits a version, whose manifest the client has written under another name. */
export function createTableVersion(deps: LanceDeps): Operation {
  return route('CreateTableVersion', async (call) => {
    const request = await readRequest(deps, call, decodeCreateTableVersionRequest)
    const { manifest, metadata } = await createVersion(
      deps,
      call,
      toTableRef(deps, request),
      toVersionRequest(request.body),
    )
    return jsonResponse({ version: toTableVersion(manifest, metadata) })
  })
}
