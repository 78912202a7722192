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
import { callJson, listPages, type About } from './call-json.ts'

/**
 * Operations on the versions of tables. If a table has `managed_versioning`, the server stores the list of its
 * versions, and writers commit with `createTableVersion`.
 */
export interface VersionOperations {
  /**
   * Lists the versions of a table. With `descending`, the newest is first.
   *
   * @throws {TableNotFoundError}
   */
  listTableVersions(
    request: About<ListTableVersionsRequest>,
    options?: CallOptions,
  ): Pages<TableVersion, ListTableVersionsResponse>

  /**
   * Commits a new version of a table, if no version has this number.
   *
   * @throws {ConcurrentModificationError} when another writer used the number: reload the table, and use the next
   *   one
   */
  createTableVersion(
    request: About<CreateTableVersionRequest>,
    options?: CallOptions,
  ): Promise<CreateTableVersionResponse>

  /**
   * Returns the description of one version of a table.
   *
   * @throws {TableVersionNotFoundError}
   */
  describeTableVersion(
    request: About<DescribeTableVersionRequest>,
    options?: CallOptions,
  ): Promise<DescribeTableVersionResponse>

  /**
   * Deletes the records of versions of a table, but not their data files. A range includes its start and excludes its
   * end.
   */
  batchDeleteTableVersions(
    request: About<BatchDeleteTableVersionsRequest>,
    options?: CallOptions,
  ): Promise<BatchDeleteTableVersionsResponse>

  /** Commits new versions of several tables. The server commits all of them or none. */
  batchCreateTableVersions(
    request: BatchCreateTableVersionsRequest,
    options?: CallOptions,
  ): Promise<BatchCreateTableVersionsResponse>

  /**
   * Executes several operations atomically: declares tables, deregisters tables, commits versions, and deletes
   * records of versions. The results are in the order of the operations.
   */
  batchCommitTables(
    request: BatchCommitTablesRequest,
    options?: CallOptions,
  ): Promise<BatchCommitTablesResponse>

  /** Creates a new version of a table with the content of an earlier version. @throws {TableVersionNotFoundError} */
  restoreTable(request: About<RestoreTableRequest>, options?: CallOptions): Promise<RestoreTableResponse>
}

export const versionOperations = (session: Session): VersionOperations => ({
  listTableVersions: (request, options) =>
    listPages(
      session,
      'ListTableVersions',
      decodeListTableVersionsResponse,
      ({ versions }) => versions,
      request,
      options,
    ),
  createTableVersion: (request, options) =>
    callJson(session, 'CreateTableVersion', decodeCreateTableVersionResponse, request, options),
  describeTableVersion: (request, options) =>
    callJson(session, 'DescribeTableVersion', decodeDescribeTableVersionResponse, request, options),
  batchDeleteTableVersions: (request, options) =>
    callJson(session, 'BatchDeleteTableVersions', decodeBatchDeleteTableVersionsResponse, request, options),
  batchCreateTableVersions: (request, options) =>
    callJson(session, 'BatchCreateTableVersions', decodeBatchCreateTableVersionsResponse, request, options),
  batchCommitTables: (request, options) =>
    callJson(session, 'BatchCommitTables', decodeBatchCommitTablesResponse, request, options),
  restoreTable: (request, options) =>
    callJson(session, 'RestoreTable', decodeRestoreTableResponse, request, options),
})
