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

/** Versions of tables. Servers with `managed_versioning` store them, and writers commit with `createTableVersion`. */
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
   * Commits a version if its number is not used yet.
   *
   * @throws {ConcurrentModificationError} when another writer used the number: reload the table, and use the next one
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

  /** Deletes the records of versions, and leaves their data. A range includes its start and excludes its end. */
  batchDeleteTableVersions(
    request: About<BatchDeleteTableVersionsRequest>,
    options?: CallOptions,
  ): Promise<BatchDeleteTableVersionsResponse>

  /** Commits versions of several tables: all or none. */
  batchCreateTableVersions(
    request: BatchCreateTableVersionsRequest,
    options?: CallOptions,
  ): Promise<BatchCreateTableVersionsResponse>

  /**
   * Declares tables, deregisters tables, commits versions and deletes records of versions: all or none. The results
   * have the order of the operations.
   */
  batchCommitTables(
    request: BatchCommitTablesRequest,
    options?: CallOptions,
  ): Promise<BatchCommitTablesResponse>

  /** Creates a new version with the content of an earlier one. @throws {TableVersionNotFoundError} */
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
