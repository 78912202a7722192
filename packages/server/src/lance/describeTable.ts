import { decodeDescribeTableRequest, type DescribeTableRequest } from '@headgate/lance/model'
import { findRelation } from '../catalog/find-relation.ts'
import { describeVersion, isOnlyDeclared } from '../catalog/lance/describe-version.ts'
import { managedVersioning } from '../catalog/lance/managed-versioning.ts'
import { tableProperties } from '../catalog/lance/table-properties.ts'
import type { Target } from '../catalog/target.ts'
import { committedTarget } from '../credentials/storage-target.ts'
import type { Call, Operation } from '../operation/operation.ts'
import type { LanceDeps } from './deps.ts'
import { readRequest, toTableRef } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { storageOptions } from './storage-options.ts'
import { tableDetails } from './table-details.ts'

/**
 * Describes a table: its location and storage options, with which clients open it and renew its credentials, and on
 * request its version and schema.
 */
export function describeTable(deps: LanceDeps): Operation {
  return route('DescribeTable', async (call) => {
    const request = await readRequest(deps, call, decodeDescribeTableRequest)
    const { body } = request
    const ref = toTableRef(deps, request)
    const { found } = await findRelation(deps, call, ref, 'lance-table', 'select', 'none')
    const { location } = found.relation
    const table = { ...ref, target: committedTarget(found), location }
    const [options, properties, details] = await Promise.all([
      storageOptions(deps, call, table, body.vend_credentials),
      tableProperties(deps, found),
      describe(deps, call, found, body),
    ])
    return jsonResponse({
      location,
      properties,
      ...(isSet(call, body, 'with_table_uri') ? { table_uri: location } : {}),
      storage_options: options,
      ...managedVersioning(ref.warehouse),
      ...details,
    })
  })
}

type Flag = 'with_table_uri' | 'load_detailed_metadata' | 'check_declared'

/** Returns a flag of a request, which may be in the body or in the query. */
function isSet({ query }: Call, body: DescribeTableRequest, name: Flag): boolean {
  return body[name] === true || query.get(name) === 'true'
}

async function describe(
  deps: LanceDeps,
  call: Call,
  found: Target,
  body: DescribeTableRequest,
): Promise<object> {
  const { version, branch, tag } = body
  const isNamed = version !== undefined || branch !== undefined || tag !== undefined
  const isDetailed = isSet(call, body, 'load_detailed_metadata')
  if (isDetailed || isNamed) {
    const manifest = await describeVersion(deps, found, { version, branch, tag }, call.signal)
    if (manifest === null) return { is_only_declared: true }
    return isDetailed ? tableDetails(found.identifier, manifest) : { version: manifest.version }
  }
  if (!isSet(call, body, 'check_declared')) return {}
  return { is_only_declared: await isOnlyDeclared(deps, found, call.signal) }
}
