// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import {
  flag,
  float,
  int32,
  int64,
  list,
  nullable,
  text,
  textMap,
  texts,
  type Decoder,
  type StringMap,
} from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'
import {
  decodeStringFtsQuery,
  decodeStructuredFtsQuery,
  type StringFtsQuery,
  type StructuredFtsQuery,
} from './full-text-query.ts'

export interface QueryTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Whether to bypass vector index */
  readonly bypass_vector_index?: boolean | undefined
  /**
   * Optional field paths to return. Provide either column_names or
   * column_aliases, not both.
   */
  readonly columns?:
    | {
        /**
         * List of Lance field paths to return. Nested fields use dot-separated segments; use backtick-quoted
         * segments for literal dots and double backticks inside quoted segments.
         */
        readonly column_names?: readonly string[] | undefined
        /**
         * Object mapping output aliases to source Lance field paths. Nested fields use dot-separated segments; use
         * backtick-quoted segments for literal dots and double backticks inside quoted segments.
         */
        readonly column_aliases?: StringMap | undefined
      }
    | null
    | undefined
  /** Distance metric to use */
  readonly distance_type?: string | undefined
  /** Search effort parameter for HNSW index */
  readonly ef?: Int64 | undefined
  /** Whether to use fast search */
  readonly fast_search?: boolean | undefined
  /**
   * Optional SQL filter expression. Field references in the expression must use Lance field path syntax:
   * nested fields use dot-separated segments, literal dots require backtick-quoted segments, and backticks
   * inside quoted segments are doubled.
   */
  readonly filter?: string | undefined
  /** Optional full-text search query. Provide either string_query or structured_query, not both. */
  readonly full_text_query?:
    | {
        readonly string_query?: StringFtsQuery | undefined
        readonly structured_query?: StructuredFtsQuery | undefined
      }
    | null
    | undefined
  /** Number of results to return */
  readonly k: Int64
  /** Lower bound for search */
  readonly lower_bound?: number | undefined
  /** Number of probes for IVF index */
  readonly nprobes?: Int64 | undefined
  /** Number of results to skip */
  readonly offset?: Int64 | undefined
  /** Whether to apply filtering before vector search */
  readonly prefilter?: boolean | undefined
  /** Refine factor for search */
  readonly refine_factor?: number | undefined
  /** Upper bound for search */
  readonly upper_bound?: number | undefined
  /** Query vector(s) for similarity search. Provide either single_vector or multi_vector, not both. */
  readonly vector: {
    /** Single query vector */
    readonly single_vector?: readonly number[] | undefined
    /** Multiple query vectors for batch search */
    readonly multi_vector?: readonly (readonly number[])[] | undefined
  } | null
  /**
   * Lance field path of the vector field to search. Nested fields use dot-separated segments; use
   * backtick-quoted segments for literal dots and double backticks inside quoted segments. Use canonical full
   * paths for display and errors; leaf names alone only identify top-level fields; invalid or unresolved
   * paths should return InvalidInput or TableColumnNotFound.
   */
  readonly vector_column?: string | undefined
  /** Table version to query */
  readonly version?: Int64 | undefined
  /** If true, return the row id as a column called `_rowid` */
  readonly with_row_id?: boolean | undefined
}

export const decodeQueryTableRequest: Decoder<QueryTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  bypass_vector_index: optional(flag),
  columns: optionalOrNull(
    record<{
      readonly column_names?: readonly string[] | undefined
      readonly column_aliases?: StringMap | undefined
    }>({ column_names: optional(texts), column_aliases: optional(textMap) }),
  ),
  distance_type: optional(text),
  ef: optional(int64),
  fast_search: optional(flag),
  filter: optional(text),
  full_text_query: optionalOrNull(
    record<{
      readonly string_query?: StringFtsQuery | undefined
      readonly structured_query?: StructuredFtsQuery | undefined
    }>({
      string_query: optional(decodeStringFtsQuery),
      structured_query: optional(decodeStructuredFtsQuery),
    }),
  ),
  k: required(int64),
  lower_bound: optional(float),
  nprobes: optional(int64),
  offset: optional(int64),
  prefilter: optional(flag),
  refine_factor: optional(int32),
  upper_bound: optional(float),
  vector: required(
    nullable(
      record<{
        readonly single_vector?: readonly number[] | undefined
        readonly multi_vector?: readonly (readonly number[])[] | undefined
      }>({ single_vector: optional(list(float)), multi_vector: optional(list(list(float))) }),
    ),
  ),
  vector_column: optional(text),
  version: optional(int64),
  with_row_id: optional(flag),
})

/**
 * Query results.
 *
 * The REST namespace does not transmit this object directly (see the QueryTable
 * operation for how the Arrow IPC binary response maps to it). It is the standard data
 * model for the LanceNamespace interfaces (e.g. Java, Python).
 */
export interface QueryTableResponse {
  readonly context?: Context | undefined
  /** Query results as Arrow IPC file binary data. */
  readonly data?: string | undefined
}

export const decodeQueryTableResponse: Decoder<QueryTableResponse> = record({
  context: optional(decodeContext),
  data: optional(text),
})

export interface ExplainTableQueryPlanRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  readonly query: QueryTableRequest
  /** Whether to return verbose explanation */
  readonly verbose?: boolean | undefined
}

export const decodeExplainTableQueryPlanRequest: Decoder<ExplainTableQueryPlanRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  query: required(decodeQueryTableRequest),
  verbose: optional(flag),
})

export interface ExplainTableQueryPlanResponse {
  readonly context?: Context | undefined
  /** Human-readable query execution plan */
  readonly plan: string
}

export const decodeExplainTableQueryPlanResponse: Decoder<ExplainTableQueryPlanResponse> = record({
  context: optional(decodeContext),
  plan: required(text),
})

export interface AnalyzeTableQueryPlanRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Whether to bypass vector index */
  readonly bypass_vector_index?: boolean | undefined
  /**
   * Optional field paths to return. Provide either column_names or
   * column_aliases, not both.
   */
  readonly columns?:
    | {
        /**
         * List of Lance field paths to return. Nested fields use dot-separated segments; use backtick-quoted
         * segments for literal dots and double backticks inside quoted segments.
         */
        readonly column_names?: readonly string[] | undefined
        /**
         * Object mapping output aliases to source Lance field paths. Nested fields use dot-separated segments; use
         * backtick-quoted segments for literal dots and double backticks inside quoted segments.
         */
        readonly column_aliases?: StringMap | undefined
      }
    | null
    | undefined
  /** Distance metric to use */
  readonly distance_type?: string | undefined
  /** Search effort parameter for HNSW index */
  readonly ef?: Int64 | undefined
  /** Whether to use fast search */
  readonly fast_search?: boolean | undefined
  /**
   * Optional SQL filter expression. Field references in the expression must use Lance field path syntax:
   * nested fields use dot-separated segments, literal dots require backtick-quoted segments, and backticks
   * inside quoted segments are doubled.
   */
  readonly filter?: string | undefined
  /** Optional full-text search query. Provide either string_query or structured_query, not both. */
  readonly full_text_query?:
    | {
        readonly string_query?: StringFtsQuery | undefined
        readonly structured_query?: StructuredFtsQuery | undefined
      }
    | null
    | undefined
  /** Number of results to return */
  readonly k: Int64
  /** Lower bound for search */
  readonly lower_bound?: number | undefined
  /** Number of probes for IVF index */
  readonly nprobes?: Int64 | undefined
  /** Number of results to skip */
  readonly offset?: Int64 | undefined
  /** Whether to apply filtering before vector search */
  readonly prefilter?: boolean | undefined
  /** Refine factor for search */
  readonly refine_factor?: number | undefined
  /** Upper bound for search */
  readonly upper_bound?: number | undefined
  /** Query vector(s) for similarity search. Provide either single_vector or multi_vector, not both. */
  readonly vector: {
    /** Single query vector */
    readonly single_vector?: readonly number[] | undefined
    /** Multiple query vectors for batch search */
    readonly multi_vector?: readonly (readonly number[])[] | undefined
  } | null
  /**
   * Lance field path of the vector field to search. Nested fields use dot-separated segments; use
   * backtick-quoted segments for literal dots and double backticks inside quoted segments. Use canonical full
   * paths for display and errors; leaf names alone only identify top-level fields; invalid or unresolved
   * paths should return InvalidInput or TableColumnNotFound.
   */
  readonly vector_column?: string | undefined
  /** Table version to query */
  readonly version?: Int64 | undefined
  /** If true, return the row id as a column called `_rowid` */
  readonly with_row_id?: boolean | undefined
}

export const decodeAnalyzeTableQueryPlanRequest: Decoder<AnalyzeTableQueryPlanRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  bypass_vector_index: optional(flag),
  columns: optionalOrNull(
    record<{
      readonly column_names?: readonly string[] | undefined
      readonly column_aliases?: StringMap | undefined
    }>({ column_names: optional(texts), column_aliases: optional(textMap) }),
  ),
  distance_type: optional(text),
  ef: optional(int64),
  fast_search: optional(flag),
  filter: optional(text),
  full_text_query: optionalOrNull(
    record<{
      readonly string_query?: StringFtsQuery | undefined
      readonly structured_query?: StructuredFtsQuery | undefined
    }>({
      string_query: optional(decodeStringFtsQuery),
      structured_query: optional(decodeStructuredFtsQuery),
    }),
  ),
  k: required(int64),
  lower_bound: optional(float),
  nprobes: optional(int64),
  offset: optional(int64),
  prefilter: optional(flag),
  refine_factor: optional(int32),
  upper_bound: optional(float),
  vector: required(
    nullable(
      record<{
        readonly single_vector?: readonly number[] | undefined
        readonly multi_vector?: readonly (readonly number[])[] | undefined
      }>({ single_vector: optional(list(float)), multi_vector: optional(list(list(float))) }),
    ),
  ),
  vector_column: optional(text),
  version: optional(int64),
  with_row_id: optional(flag),
})

export interface AnalyzeTableQueryPlanResponse {
  readonly context?: Context | undefined
  /** Detailed analysis of the query execution plan */
  readonly analysis: string
}

export const decodeAnalyzeTableQueryPlanResponse: Decoder<AnalyzeTableQueryPlanResponse> = record({
  context: optional(decodeContext),
  analysis: required(text),
})
