import type { OperationId } from '@headgate/iceberg/rest'
import type { Operation } from '../operation/operation.ts'
import { cancelPlanning } from './cancelPlanning.ts'
import { commitTransaction } from './commitTransaction.ts'
import { createNamespace } from './createNamespace.ts'
import { createTable } from './createTable.ts'
import { createView } from './createView.ts'
import { dropNamespace } from './dropNamespace.ts'
import { dropTable } from './dropTable.ts'
import { dropView } from './dropView.ts'
import { fetchPlanningResult } from './fetchPlanningResult.ts'
import { fetchScanTasks } from './fetchScanTasks.ts'
import { getConfig } from './getConfig.ts'
import { listNamespaces } from './listNamespaces.ts'
import { listTables } from './listTables.ts'
import { listViews } from './listViews.ts'
import { loadCredentials } from './loadCredentials.ts'
import { loadNamespaceMetadata } from './loadNamespaceMetadata.ts'
import { loadTable } from './loadTable.ts'
import { loadView } from './loadView.ts'
import { namespaceExists } from './namespaceExists.ts'
import type { IcebergDeps } from './deps.ts'
import { planTableScan } from './planTableScan.ts'
import { registerTable } from './registerTable.ts'
import { registerView } from './registerView.ts'
import { renameTable } from './renameTable.ts'
import { renameView } from './renameView.ts'
import { replaceView } from './replaceView.ts'
import { reportMetrics } from './reportMetrics.ts'
import { signRequest } from './signRequest.ts'
import { tableExists } from './tableExists.ts'
import { unregisterTable } from './unregisterTable.ts'
import { updateProperties } from './updateProperties.ts'
import { updateTable } from './updateTable.ts'
import { forBothKinds } from './upstream/dispatch.ts'
import { upstreamOperations } from './upstream/operations.ts'
import { viewExists } from './viewExists.ts'

const withPrefix = {
  listNamespaces,
  createNamespace,
  loadNamespaceMetadata,
  namespaceExists,
  dropNamespace,
  updateProperties,
  listTables,
  createTable,
  loadTable,
  tableExists,
  updateTable,
  dropTable,
  registerTable,
  unregisterTable,
  planTableScan,
  fetchPlanningResult,
  cancelPlanning,
  fetchScanTasks,
  loadCredentials,
  signRequest,
  renameTable,
  reportMetrics,
  commitTransaction,
  listViews,
  createView,
  loadView,
  viewExists,
  replaceView,
  dropView,
  renameView,
  registerView,
} as const

/** Returns all operations of the Iceberg API. `GET /v1/config` advertises exactly these. */
export function icebergOperations(deps: IcebergDeps): Operation[] {
  const served = Object.keys(withPrefix) as OperationId[]
  return [
    getConfig(deps, served),
    ...Object.entries(withPrefix).map(([id, operation]) => {
      const managed = operation(deps)
      const upstream = upstreamOperations[id as OperationId]
      return upstream === undefined ? managed : forBothKinds(deps, managed, upstream)
    }),
  ]
}
