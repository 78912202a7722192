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
import { readExistence } from '../answers.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { list, respond, type About } from './respond.ts'

export interface TableOperations {
  /**
   * The names of the tables in a namespace, the root where none is given; `limit` is that of one page.
   *
   * @throws {NamespaceNotFoundError}
   */
  listTables(request?: ListTablesRequest, options?: CallOptions): Pages<string, ListTablesResponse>

  /** The identifiers of all tables in their string form: `parseIdentifier(text)` takes them apart. */
  listAllTables(
    request?: Omit<ListTablesRequest, 'id'>,
    options?: CallOptions,
  ): Pages<string, ListTablesResponse>

  /**
   * Makes the name of a table known, with its location and the access to it, before anything is written there.
   *
   * @throws {TableAlreadyExistsError} {NamespaceNotFoundError}
   * @example const { location, storage_options } = await lance.declareTable({ id: ['sales', 'orders'] })
   */
  declareTable(request: About<DeclareTableRequest>, options?: CallOptions): Promise<DeclareTableResponse>

  /**
   * Where a table is and how its storage is reached; with `load_detailed_metadata` also what can only be known by
   * opening it. Servers that vend credentials do so unless `vend_credentials` is false; ones that renew themselves:
   * `storageOptions`.
   *
   * @throws {TableNotFoundError} {TableVersionNotFoundError}
   */
  describeTable(request: About<DescribeTableRequest>, options?: CallOptions): Promise<DescribeTableResponse>

  tableExists(request: About<TableExistsRequest>, options?: CallOptions): Promise<boolean>

  /**
   * Makes a table of data that is there already.
   *
   * @throws {TableAlreadyExistsError} {NamespaceNotFoundError}
   */
  registerTable(request: About<RegisterTableRequest>, options?: CallOptions): Promise<RegisterTableResponse>

  /** Forgets a table, and leaves its data where it is. @throws {TableNotFoundError} */
  deregisterTable(
    request: About<DeregisterTableRequest>,
    options?: CallOptions,
  ): Promise<DeregisterTableResponse>

  /** Drops a table with its data. @throws {TableNotFoundError} */
  dropTable(request: About<DropTableRequest>, options?: CallOptions): Promise<DropTableResponse>

  /** @throws {TableNotFoundError} {TableAlreadyExistsError} */
  renameTable(request: About<RenameTableRequest>, options?: CallOptions): Promise<RenameTableResponse>

  /** Sizes and numbers of rows and fragments. @throws {TableNotFoundError} */
  getTableStats(request: About<GetTableStatsRequest>, options?: CallOptions): Promise<GetTableStatsResponse>
}

const names = ({ tables }: ListTablesResponse): readonly string[] => tables

export const tableOperations = (session: Session): TableOperations => ({
  listTables: (request = {}, options) =>
    list(session, 'ListTables', decodeListTablesResponse, names, request, options),
  listAllTables: (request = {}, options) =>
    list(session, 'ListAllTables', decodeListTablesResponse, names, request, options),
  declareTable: (request, options) =>
    respond(session, 'DeclareTable', decodeDeclareTableResponse, request, options),
  describeTable: (request, options) =>
    respond(session, 'DescribeTable', decodeDescribeTableResponse, request, options),
  tableExists: (request, options) => readExistence(call(session, 'TableExists', request, options)),
  registerTable: (request, options) =>
    respond(session, 'RegisterTable', decodeRegisterTableResponse, request, options),
  deregisterTable: (request, options) =>
    respond(session, 'DeregisterTable', decodeDeregisterTableResponse, request, options),
  dropTable: (request, options) => respond(session, 'DropTable', decodeDropTableResponse, request, options),
  renameTable: (request, options) =>
    respond(session, 'RenameTable', decodeRenameTableResponse, request, options),
  getTableStats: (request, options) =>
    respond(session, 'GetTableStats', decodeGetTableStatsResponse, request, options),
})
