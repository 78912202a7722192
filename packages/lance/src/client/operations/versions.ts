import {
  decodeBatchCommitTablesResponse,
  type BatchCommitTablesRequest,
  type BatchCommitTablesResponse,
} from '../../model/wire/batch-commit.ts'
import {
  decodeRestoreTableResponse,
  type RestoreTableRequest,
  type RestoreTableResponse,
} from '../../model/wire/table-data.ts'
import {
  decodeBatchCreateTableVersionsResponse,
  decodeBatchDeleteTableVersionsResponse,
  decodeCreateTableVersionResponse,
  decodeDescribeTableVersionResponse,
  decodeListTableVersionsResponse,
  type BatchCreateTableVersionsRequest,
  type BatchCreateTableVersionsResponse,
  type BatchDeleteTableVersionsRequest,
  type BatchDeleteTableVersionsResponse,
  type CreateTableVersionRequest,
  type CreateTableVersionResponse,
  type DescribeTableVersionRequest,
  type DescribeTableVersionResponse,
  type ListTableVersionsRequest,
  type ListTableVersionsResponse,
  type TableVersion,
} from '../../model/wire/table-version.ts'
import type { CallOptions } from '../call-options.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { list, respond, type About } from './respond.ts'

/** Versions of tables. Servers with `managed_versioning` keep them, and writers commit by `createTableVersion`. */
export interface VersionOperations {
  /**
   * The versions of a table; with `descending`, the newest first.
   *
   * @throws {TableNotFoundError}
   */
  listTableVersions(
    request: About<ListTableVersionsRequest>,
    options?: CallOptions,
  ): Pages<TableVersion, ListTableVersionsResponse>

  /**
   * Commits a version, if there is none of that number yet.
   *
   * @throws {ConcurrentModificationError} when somebody else was first: look at the table anew, and try the next number
   */
  createTableVersion(
    request: About<CreateTableVersionRequest>,
    options?: CallOptions,
  ): Promise<CreateTableVersionResponse>

  /** @throws {TableVersionNotFoundError} */
  describeTableVersion(
    request: About<DescribeTableVersionRequest>,
    options?: CallOptions,
  ): Promise<DescribeTableVersionResponse>

  /** Forgets versions, and leaves the data: `ranges` are from their start up to, not including, their end. */
  batchDeleteTableVersions(
    request: About<BatchDeleteTableVersionsRequest>,
    options?: CallOptions,
  ): Promise<BatchDeleteTableVersionsResponse>

  /** Commits versions of several tables, all or none. */
  batchCreateTableVersions(
    request: BatchCreateTableVersionsRequest,
    options?: CallOptions,
  ): Promise<BatchCreateTableVersionsResponse>

  /** Declares and forgets tables, commits and forgets versions: all or nothing. Results come in the order of the operations. */
  batchCommitTables(
    request: BatchCommitTablesRequest,
    options?: CallOptions,
  ): Promise<BatchCommitTablesResponse>

  /** Makes the content of an old version that of a new one. @throws {TableVersionNotFoundError} */
  restoreTable(request: About<RestoreTableRequest>, options?: CallOptions): Promise<RestoreTableResponse>
}

export const versionOperations = (session: Session): VersionOperations => ({
  listTableVersions: (request, options) =>
    list(
      session,
      'ListTableVersions',
      decodeListTableVersionsResponse,
      ({ versions }) => versions,
      request,
      options,
    ),
  createTableVersion: (request, options) =>
    respond(session, 'CreateTableVersion', decodeCreateTableVersionResponse, request, options),
  describeTableVersion: (request, options) =>
    respond(session, 'DescribeTableVersion', decodeDescribeTableVersionResponse, request, options),
  batchDeleteTableVersions: (request, options) =>
    respond(session, 'BatchDeleteTableVersions', decodeBatchDeleteTableVersionsResponse, request, options),
  batchCreateTableVersions: (request, options) =>
    respond(session, 'BatchCreateTableVersions', decodeBatchCreateTableVersionsResponse, request, options),
  batchCommitTables: (request, options) =>
    respond(session, 'BatchCommitTables', decodeBatchCommitTablesResponse, request, options),
  restoreTable: (request, options) =>
    respond(session, 'RestoreTable', decodeRestoreTableResponse, request, options),
})
