import { operations, type OperationId } from '@headgate/lance/model'
import type { Operation } from '../operation/operation.ts'
import { createNamespace } from './createNamespace.ts'
import { declareTable } from './declareTable.ts'
import type { LanceDeps } from './deps.ts'
import { deregisterTable } from './deregisterTable.ts'
import { describeNamespace } from './describeNamespace.ts'
import { describeTable } from './describeTable.ts'
import { dropNamespace } from './dropNamespace.ts'
import { dropTable } from './dropTable.ts'
import { listAllTables } from './listAllTables.ts'
import { listNamespaces } from './listNamespaces.ts'
import { listTables } from './listTables.ts'
import { namespaceExists } from './namespaceExists.ts'
import { registerTable } from './registerTable.ts'
import { renameTable } from './renameTable.ts'
import { tableExists } from './tableExists.ts'
import { unsupported } from './unsupported.ts'

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
}

/** Returns all operations of the Lance Namespace specification. Operations that are not served refuse every request. */
export function lanceOperations(deps: LanceDeps): readonly Operation[] {
  return operations.map(({ operationId }) => served[operationId]?.(deps) ?? unsupported(operationId))
}
