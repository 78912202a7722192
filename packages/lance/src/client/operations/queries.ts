import type {
  AnalyzeTableQueryPlanRequest,
  ExplainTableQueryPlanRequest,
  QueryTableRequest,
} from '../../model/wire/query.ts'
import { readArrow, readText } from '../answers.ts'
import type { CallOptions } from '../call-options.ts'
import { call } from '../call.ts'
import type { Session } from '../session.ts'
import type { About } from './respond.ts'

/** Vector search, full-text search and SQL filters, in any combination. */
export interface QueryOperations {
  /**
   * The rows that a query finds, as Arrow IPC: a file by the specification, a stream from some servers. apache-arrow's
   * `tableFromIPC` takes both.
   *
   * @throws {TableNotFoundError} {TableColumnNotFoundError}
   * @example
   * ```ts
   * const bytes = await lance.queryTable({ id, k: 10, vector: { single_vector: [0.1, 0.2] }, filter: 'price < 5' })
   * const rows = tableFromIPC(bytes)
   * ```
   */
  queryTable(request: About<QueryTableRequest>, options?: CallOptions): Promise<Uint8Array>

  /** The same as it comes in, for results that should not be in memory as a whole. Read it to its end, or cancel it. */
  queryTableStream(
    request: About<QueryTableRequest>,
    options?: CallOptions,
  ): Promise<ReadableStream<Uint8Array>>

  /** How the server would carry out a query, for people to read. */
  explainTableQueryPlan(request: About<ExplainTableQueryPlanRequest>, options?: CallOptions): Promise<string>

  /** How it did, with figures: the query is carried out. */
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
