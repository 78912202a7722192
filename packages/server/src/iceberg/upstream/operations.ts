import type { OperationId } from '@headgate/iceberg/rest'
import { commitTransaction } from './commitTransaction.ts'
import { createNamespace } from './createNamespace.ts'
import { createTable } from './createTable.ts'
import { createView } from './createView.ts'
import { dropNamespace } from './dropNamespace.ts'
import { dropTable } from './dropTable.ts'
import { dropView } from './dropView.ts'
import { listNamespaces } from './listNamespaces.ts'
import { listTables } from './listTables.ts'
import { listViews } from './listViews.ts'
import { loadNamespaceMetadata } from './loadNamespaceMetadata.ts'
import { loadTable } from './loadTable.ts'
import { loadView } from './loadView.ts'
import { namespaceExists } from './namespaceExists.ts'
import { registerTable } from './registerTable.ts'
import { registerView } from './registerView.ts'
import { renameTable } from './renameTable.ts'
import { renameView } from './renameView.ts'
import { replaceView } from './replaceView.ts'
import { tableExists } from './tableExists.ts'
import { unregisterTable } from './unregisterTable.ts'
import { updateProperties } from './updateProperties.ts'
import { updateTable } from './updateTable.ts'
import type { UpstreamOperation } from './upstream-operation.ts'
import { viewExists } from './viewExists.ts'

/**
 * Operations of the Iceberg API for upstream warehouses, which forward to another catalog, by operation id. Operations
 * that are not listed have one implementation for all warehouses.
 */
export const upstreamOperations: Partial<Readonly<Record<OperationId, UpstreamOperation>>> = {
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
  renameTable,
  commitTransaction,
  listViews,
  createView,
  loadView,
  viewExists,
  replaceView,
  dropView,
  renameView,
  registerView,
}
