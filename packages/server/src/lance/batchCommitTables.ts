import { HeadgateError } from '@headgate/errors'
import { decodeBatchCommitTablesRequest, type CommitTableOperation } from '@headgate/lance/model'
import { checkProperties } from '../catalog/check-properties.ts'
import { managedVersioning } from '../catalog/lance/managed-versioning.ts'
import type { BatchOperation } from '../catalog/lance/plan-batch.ts'
import type { Warehouse } from '../catalog/warehouses.ts'
import type { Operation } from '../operation/operation.ts'
import { type ServedResult, runBatch, toDeletion } from './batch.ts'
import type { LanceDeps } from './deps.ts'
import { decodeBody, toTableRef, managedWarehouseParam } from './params.ts'
import { jsonResponse } from './responses.ts'
import { route } from './route.ts'
import { toLocation } from './to-location.ts'
import { toTableVersion } from './table-version.ts'
import { toVersionRequest } from './version-request.ts'

/** Declares and deregisters tables, and commits and deletes versions: all operations of the request, or none. */
export function batchCommitTables(deps: LanceDeps): Operation {
  return route('BatchCommitTables', async (call) => {
    const warehouse = await managedWarehouseParam(deps, call)
    const { operations } = decodeBody(decodeBatchCommitTablesRequest, await call.json())
    const batch = operations.map((operation) => toOperation(deps, warehouse, operation))
    const results = await runBatch(deps, call, warehouse, batch)
    return jsonResponse({
      results: results.map((result, index) => encode(warehouse, result, batch[index])),
    })
  })
}

function toOperation(deps: LanceDeps, warehouse: Warehouse, sent: CommitTableOperation): BatchOperation {
  const {
    declare_table: declared,
    create_table_version: created,
    delete_table_versions: deleted,
    deregister_table: deregistered,
  } = sent
  const [first, ...others] = [declared, created, deleted, deregistered].filter((each) => each !== undefined)
  if (first === undefined || others.length > 0)
    throw new HeadgateError('bad-request', 'Each operation of a batch must have exactly one member.')
  const ref = toTableRef(deps, { warehouse, id: first.id ?? [] })
  if (created !== undefined) return { type: 'create-version', ref, request: toVersionRequest(created) }
  if (deleted !== undefined) return toDeletion(ref, deleted)
  if (declared === undefined) return { type: 'deregister', ref }
  const { location, properties = {}, vend_credentials: vends } = declared
  checkProperties(properties)
  return {
    type: 'declare',
    ref,
    declaration: { location: location === undefined ? null : toLocation(warehouse, location), properties },
    vends,
  }
}

function encode(
  warehouse: Warehouse,
  result: ServedResult,
  operation: BatchOperation | undefined,
): Readonly<Record<string, object>> {
  switch (result.type) {
    case 'create-version': {
      const { manifest, metadata } = result.committed
      return { create_table_version: { version: toTableVersion(manifest, metadata) } }
    }
    case 'delete-versions':
      return { delete_table_versions: { deleted_count: result.count } }
    case 'declare': {
      const { location, properties } = result.table
      return {
        declare_table: {
          location,
          properties,
          storage_options: result.prepared.options,
          ...managedVersioning(warehouse),
        },
      }
    }
    case 'deregister':
      break
  }
  const { location, properties } = result
  const { namespace = [], name = '' } = operation?.ref.identifier ?? {}
  return { deregister_table: { id: [...namespace, name], location, properties } }
}
