import {
  decodeCreateTableIndexResponse,
  decodeCreateTableScalarIndexResponse,
  decodeDescribeTableIndexStatsResponse,
  decodeDropTableIndexResponse,
  decodeListTableIndicesResponse,
  type CreateTableIndexRequest,
  type CreateTableIndexResponse,
  type CreateTableScalarIndexResponse,
  type DescribeTableIndexStatsRequest,
  type DescribeTableIndexStatsResponse,
  type DropTableIndexRequest,
  type DropTableIndexResponse,
  type IndexContent,
  type ListTableIndicesRequest,
  type ListTableIndicesResponse,
} from '../../model/wire/index-operation.ts'
import type { CallOptions } from '../call-options.ts'
import type { Pages } from '../pages.ts'
import type { Session } from '../session.ts'
import { callJson, listPages, type About } from './call-json.ts'

/**
 * Type of a request for one index of a table. It requires `id` and `index_name`, which the specification makes
 * optional.
 */
export type AboutIndex<Request> = About<Request> & { readonly index_name: string }

export interface IndexOperations {
  /**
   * Creates an index. Servers may respond before the index is complete; `listTableIndices` returns its status.
   *
   * @throws {TableColumnNotFoundError} {TableIndexAlreadyExistsError}
   * @example await lance.createTableIndex({ id, column: 'vector', index_type: 'IVF_PQ', distance_type: 'cosine' })
   */
  createTableIndex(
    request: About<CreateTableIndexRequest>,
    options?: CallOptions,
  ): Promise<CreateTableIndexResponse>

  /** Creates a scalar index of a table, of the type `BTREE`, `BITMAP`, `LABEL_LIST` or `FTS`. */
  createTableScalarIndex(
    request: About<CreateTableIndexRequest>,
    options?: CallOptions,
  ): Promise<CreateTableScalarIndexResponse>

  listTableIndices(
    request: About<ListTableIndicesRequest>,
    options?: CallOptions,
  ): Pages<IndexContent, ListTableIndicesResponse>

  /**
   * Returns the statistics of an index, such as the number of indexed rows.
   *
   * @throws {TableIndexNotFoundError}
   */
  describeTableIndexStats(
    request: AboutIndex<DescribeTableIndexStatsRequest>,
    options?: CallOptions,
  ): Promise<DescribeTableIndexStatsResponse>

  /**
   * Drops an index of a table.
   *
   * @throws {TableIndexNotFoundError}
   */
  dropTableIndex(
    request: AboutIndex<DropTableIndexRequest>,
    options?: CallOptions,
  ): Promise<DropTableIndexResponse>
}

export const indexOperations = (session: Session): IndexOperations => ({
  createTableIndex: (request, options) =>
    callJson(session, 'CreateTableIndex', decodeCreateTableIndexResponse, request, options),
  createTableScalarIndex: (request, options) =>
    callJson(session, 'CreateTableScalarIndex', decodeCreateTableScalarIndexResponse, request, options),
  listTableIndices: (request, options) =>
    listPages(
      session,
      'ListTableIndices',
      decodeListTableIndicesResponse,
      ({ indexes }) => indexes,
      request,
      options,
    ),
  describeTableIndexStats: (request, options) =>
    callJson(session, 'DescribeTableIndexStats', decodeDescribeTableIndexStatsResponse, request, options),
  dropTableIndex: (request, options) =>
    callJson(session, 'DropTableIndex', decodeDropTableIndexResponse, request, options),
})
