import {
  decodeDeclareTableResponse,
  decodeDeregisterTableResponse,
  decodeDescribeTableResponse,
  decodeDropTableResponse,
  decodeListTablesResponse,
  decodeRegisterTableResponse,
  decodeRenameTableResponse,
  type DeclareTableRequest,
  type DeclareTableResponse,
  type DeregisterTableRequest,
  type DeregisterTableResponse,
  type DescribeTableRequest,
  type DescribeTableResponse,
  type DropTableRequest,
  type DropTableResponse,
  type ListTablesRequest,
  type ListTablesResponse,
  type RegisterTableRequest,
  type RegisterTableResponse,
  type RenameTableRequest,
  type RenameTableResponse,
  type TableExistsRequest,
} from '../../model/wire/table.ts'
import {
  decodeGetTableStatsResponse,
  type GetTableStatsRequest,
  type GetTableStatsResponse,
} from '../../model/wire/statistics.ts'
import { readExistence } from '../responses.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { callJson, listPages, type About } from './call-json.ts'

export interface TableOperations {
  /**
   * Lists the names of the tables in a namespace. Default: the root namespace. `limit` is the maximum size of one page.
   *
   * @throws {NamespaceNotFoundError}
   */
  listTables(request?: ListTablesRequest, options?: CallOptions): Pages<string, ListTablesResponse>

  /** Lists the identifiers of all tables of all namespaces as strings, which `parseIdentifier` parses. */
  listAllTables(
    request?: Omit<ListTablesRequest, 'id'>,
    options?: CallOptions,
  ): Pages<string, ListTablesResponse>

  /**
   * Declares a table before its data is written. The response contains its location and storage options.
   *
   * @throws {TableAlreadyExistsError} {NamespaceNotFoundError}
   * @example const { location, storage_options } = await lance.declareTable({ id: ['sales', 'orders'] })
   */
  declareTable(request: About<DeclareTableRequest>, options?: CallOptions): Promise<DeclareTableResponse>

  /**
   * Returns the location and the storage options of a table. With `load_detailed_metadata`, the response also contains
   * properties that the server can determine only by opening the table. Servers that vend credentials do so unless
   * `vend_credentials` is false. `storageOptions` renews these credentials.
   *
   * @throws {TableNotFoundError} {TableVersionNotFoundError}
   */
  describeTable(request: About<DescribeTableRequest>, options?: CallOptions): Promise<DescribeTableResponse>

  tableExists(request: About<TableExistsRequest>, options?: CallOptions): Promise<boolean>

  /**
   * Registers existing data as a table.
   *
   * @throws {TableAlreadyExistsError} {NamespaceNotFoundError}
   */
  registerTable(request: About<RegisterTableRequest>, options?: CallOptions): Promise<RegisterTableResponse>

  /** Removes a table from the namespace, and does not delete its data. @throws {TableNotFoundError} */
  deregisterTable(
    request: About<DeregisterTableRequest>,
    options?: CallOptions,
  ): Promise<DeregisterTableResponse>

  /** Drops a table with its data. @throws {TableNotFoundError} */
  dropTable(request: About<DropTableRequest>, options?: CallOptions): Promise<DropTableResponse>

  /**
   * Renames a table, or moves it to another namespace.
   *
   * @throws {TableNotFoundError} {TableAlreadyExistsError}
   */
  renameTable(request: About<RenameTableRequest>, options?: CallOptions): Promise<RenameTableResponse>

  /** Returns the size of a table, and the numbers of its rows and fragments. @throws {TableNotFoundError} */
  getTableStats(request: About<GetTableStatsRequest>, options?: CallOptions): Promise<GetTableStatsResponse>
}

const names = ({ tables }: ListTablesResponse): readonly string[] => tables

export const tableOperations = (session: Session): TableOperations => ({
  listTables: (request = {}, options) =>
    listPages(session, 'ListTables', decodeListTablesResponse, names, request, options),
  listAllTables: (request = {}, options) =>
    listPages(session, 'ListAllTables', decodeListTablesResponse, names, request, options),
  declareTable: (request, options) =>
    callJson(session, 'DeclareTable', decodeDeclareTableResponse, request, options),
  describeTable: (request, options) =>
    callJson(session, 'DescribeTable', decodeDescribeTableResponse, request, options),
  tableExists: (request, options) => readExistence(call(session, 'TableExists', request, options)),
  registerTable: (request, options) =>
    callJson(session, 'RegisterTable', decodeRegisterTableResponse, request, options),
  deregisterTable: (request, options) =>
    callJson(session, 'DeregisterTable', decodeDeregisterTableResponse, request, options),
  dropTable: (request, options) => callJson(session, 'DropTable', decodeDropTableResponse, request, options),
  renameTable: (request, options) =>
    callJson(session, 'RenameTable', decodeRenameTableResponse, request, options),
  getTableStats: (request, options) =>
    callJson(session, 'GetTableStats', decodeGetTableStatsResponse, request, options),
})
