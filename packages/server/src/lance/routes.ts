import { operations, type OperationId } from '@headgate/lance/model'
import type { Operation } from '../operation/operation.ts'
import { batchCommitTables } from './batchCommitTables.ts'
import { batchCreateTableVersions } from './batchCreateTableVersions.ts'
import { batchDeleteTableVersions } from './batchDeleteTableVersions.ts'
import { countTableRows } from './countTableRows.ts'
import { createNamespace } from './createNamespace.ts'
import { createTableTag } from './createTableTag.ts'
import { createTableVersion } from './createTableVersion.ts'
import { declareTable } from './declareTable.ts'
import { deleteTableTag } from './deleteTableTag.ts'
import { deregisterTable } from './deregisterTable.ts'
import { describeNamespace } from './describeNamespace.ts'
import { describeTable } from './describeTable.ts'
import { describeTableVersion } from './describeTableVersion.ts'
import { dropNamespace } from './dropNamespace.ts'
import { dropTable } from './dropTable.ts'
import { getTableStats } from './getTableStats.ts'
import { getTableTagVersion } from './getTableTagVersion.ts'
import { listAllTables } from './listAllTables.ts'
import { listNamespaces } from './listNamespaces.ts'
import { listTableBranches } from './listTableBranches.ts'
import { listTableIndices } from './listTableIndices.ts'
import { listTables } from './listTables.ts'
import { listTableTags } from './listTableTags.ts'
import { listTableVersions } from './listTableVersions.ts'
import { namespaceExists } from './namespaceExists.ts'
import { registerTable } from './registerTable.ts'
import { renameTable } from './renameTable.ts'
import { tableExists } from './tableExists.ts'
import { unsupported } from './unsupported.ts'
import { updateTableTag } from './updateTableTag.ts'
import type { LanceDeps } from './deps.ts'

const served: Partial<Record<OperationId, (deps: LanceDeps) => Operation>> = {
  CreateNamespace: createNamespace,
  ListNamespaces: listNamespaces,
  DescribeNamespace: describeNamespace,
  DropNamespace: dropNamespace,
  NamespaceExists: namespaceExists,
  ListTables: listTables,
  ListAllTables: listAllTables,
  DeclareTable: declareTable,
  RegisterTable: registerTable,
  DescribeTable: describeTable,
  TableExists: tableExists,
  DropTable: dropTable,
  DeregisterTable: deregisterTable,
  RenameTable: renameTable,
  ListTableVersions: listTableVersions,
  CreateTableVersion: createTableVersion,
  BatchCreateTableVersions: batchCreateTableVersions,
  BatchCommitTables: batchCommitTables,
  BatchDeleteTableVersions: batchDeleteTableVersions,
  DescribeTableVersion: describeTableVersion,
  GetTableStats: getTableStats,
  CountTableRows: countTableRows,
  ListTableIndices: listTableIndices,
  ListTableTags: listTableTags,
  GetTableTagVersion: getTableTagVersion,
  CreateTableTag: createTableTag,
  UpdateTableTag: updateTableTag,
  DeleteTableTag: deleteTableTag,
  ListTableBranches: listTableBranches,
}

/**
 * Operations that the server accepts as GET, too, because clients or servers that are written in Rust use GET for them
 * instead of the specified POST.
 */
const alsoGet: ReadonlySet<OperationId> = new Set(['CountTableRows', 'GetTableStats', 'ListTableTags'])

/** Returns all operations of the Lance Namespace specification. Operations that are not served refuse every request. */
export function lanceOperations(deps: LanceDeps): readonly Operation[] {
  return operations.flatMap(({ operationId }) => {
    const operation = served[operationId]?.(deps) ?? unsupported(operationId)
    return alsoGet.has(operationId) ? [operation, { ...operation, method: 'GET' }] : [operation]
  })
}
