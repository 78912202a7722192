import type {
  AnalyzeTableQueryPlanRequest,
  ExplainTableQueryPlanRequest,
  QueryTableRequest,
} from '../../model/wire/query.ts'
import { readArrow, readText } from '../responses.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Session } from '../session.ts'
import type { About } from './call-json.ts'

/** Operations that query a table with vector search, full-text search and SQL filters, in any combination. */
export interface QueryOperations {
  /**
   * Returns the rows of a query as Arrow IPC. The specification requires an Arrow IPC file; some servers send a stream.
   * `tableFromIPC` of apache-arrow reads both.
   *
   * @throws {TableNotFoundError} {TableColumnNotFoundError}
   * @example
   * ```ts
   * const bytes = await lance.queryTable({ id, k: 10, vector: { single_vector: [0.1, 0.2] }, filter: 'price < 5' })
   * const rows = tableFromIPC(bytes)
   * ```
   */
  queryTable(request: About<QueryTableRequest>, options?: CallOptions): Promise<Uint8Array>

  /** Returns the rows of a query as a stream, for large results. Read the stream to its end, or cancel it. */
  queryTableStream(
    request: About<QueryTableRequest>,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array>>

  /** Returns the plan of a query as readable text, without executing the query. */
  explainTableQueryPlan(request: About<ExplainTableQueryPlanRequest>, options?: CallOptions): Promise<string>

  /** Executes a query, and returns its plan with measurements as readable text. */
  analyzeTableQueryPlan(request: About<AnalyzeTableQueryPlanRequest>, options?: CallOptions): Promise<string>
}

export const queryOperations = (session: Session): QueryOperations => ({
  queryTable: async (request, options) =>
    readArrow('QueryTable', await call(session, 'QueryTable', request, options)),
  queryTableStream: async (request, options) => {
    const { stream } = await call(session, 'QueryTable', request, { ...options, streams: true })
    return stream ?? new Blob([]).stream()
  },
  explainTableQueryPlan: async (request, options) =>
    readText('ExplainTableQueryPlan', await call(session, 'ExplainTableQueryPlan', request, options)),
  analyzeTableQueryPlan: async (request, options) =>
    readText('AnalyzeTableQueryPlan', await call(session, 'AnalyzeTableQueryPlan', request, options)),
})
