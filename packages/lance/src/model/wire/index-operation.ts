// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { flag, int32, int64, list, text, texts, type Decoder } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface CreateTableIndexRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Lance field path to create the index on. Nested fields use dot-separated segments; use backtick-quoted
   * segments for literal dots and double backticks inside quoted segments. Use canonical full paths for
   * display and errors; leaf names alone only identify top-level fields; invalid or unresolved paths should
   * return InvalidInput or TableColumnNotFound.
   */
  readonly column: string
  /** Type of index to create (e.g., BTREE, BITMAP, LABEL_LIST, IVF_FLAT, IVF_PQ, IVF_HNSW_SQ, FTS) */
  readonly index_type: string
  /** Optional name for the index. If not provided, a name will be auto-generated. */
  readonly name?: string | null | undefined
  /** Distance metric type for vector indexes (e.g., l2, cosine, dot) */
  readonly distance_type?: string | undefined
  /** Optional vector index parameter for the number of IVF partitions. Applies to all IVF index types. */
  readonly num_partitions?: Int64 | null | undefined
  /** Optional vector index parameter for the number of PQ sub-vectors. Applies to IVF_PQ only. */
  readonly num_sub_vectors?: Int64 | null | undefined
  /** Optional vector index parameter for the number of bits used by the quantizer. */
  readonly num_bits?: Int64 | null | undefined
  /** Optional vector index parameter for the per-partition sample rate used during IVF training. */
  readonly sample_rate?: Int64 | null | undefined
  /** Optional vector index parameter for the maximum number of IVF k-means training iterations. */
  readonly max_iterations?: Int64 | null | undefined
  /** Optional vector index parameter for the target partition size. Alternative to num_partitions. */
  readonly target_partition_size?: Int64 | null | undefined
  /**
   * Optional vector index parameter for the number of edges per node in the HNSW graph. Applies to HNSW index
   * types.
   */
  readonly m?: Int64 | null | undefined
  /**
   * Optional vector index parameter for the number of candidates evaluated during HNSW graph construction.
   * Applies to HNSW index types.
   */
  readonly ef_construction?: Int64 | null | undefined
  /** Optional FTS parameter for position tracking */
  readonly with_position?: boolean | null | undefined
  /** Optional FTS parameter for base tokenizer */
  readonly base_tokenizer?: string | null | undefined
  /** Optional FTS parameter for language */
  readonly language?: string | null | undefined
  /** Optional FTS parameter for maximum token length */
  readonly max_token_length?: Int64 | null | undefined
  /** Optional FTS parameter for lowercase conversion */
  readonly lower_case?: boolean | null | undefined
  /** Optional FTS parameter for stemming */
  readonly stem?: boolean | null | undefined
  /** Optional FTS parameter for stop word removal */
  readonly remove_stop_words?: boolean | null | undefined
  /** Optional FTS parameter for ASCII folding */
  readonly ascii_folding?: boolean | null | undefined
}

export const decodeCreateTableIndexRequest: Decoder<CreateTableIndexRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  column: required(text),
  index_type: required(text),
  name: optionalOrNull(text),
  distance_type: optional(text),
  num_partitions: optionalOrNull(int64),
  num_sub_vectors: optionalOrNull(int64),
  num_bits: optionalOrNull(int64),
  sample_rate: optionalOrNull(int64),
  max_iterations: optionalOrNull(int64),
  target_partition_size: optionalOrNull(int64),
  m: optionalOrNull(int64),
  ef_construction: optionalOrNull(int64),
  with_position: optionalOrNull(flag),
  base_tokenizer: optionalOrNull(text),
  language: optionalOrNull(text),
  max_token_length: optionalOrNull(int64),
  lower_case: optionalOrNull(flag),
  stem: optionalOrNull(flag),
  remove_stop_words: optionalOrNull(flag),
  ascii_folding: optionalOrNull(flag),
})

/** Response for create index operation */
export interface CreateTableIndexResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeCreateTableIndexResponse: Decoder<CreateTableIndexResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

/** Response for create scalar index operation */
export interface CreateTableScalarIndexResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeCreateTableScalarIndexResponse: Decoder<CreateTableScalarIndexResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

export interface ListTableIndicesRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The namespace identifier */
  readonly id?: readonly string[] | undefined
  /** Optional table version to list indexes from */
  readonly version?: Int64 | null | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  readonly page_token?: string | null | undefined
  readonly limit?: Int64 | null | undefined
}

export const decodeListTableIndicesRequest: Decoder<ListTableIndicesRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: optionalOrNull(int64),
  branch: optional(text),
  page_token: optionalOrNull(text),
  limit: optionalOrNull(int64),
})

export interface IndexContent {
  /** Name of the index */
  readonly index_name: string
  /** Unique identifier for the index */
  readonly index_uuid: string
  /**
   * Canonical Lance field paths covered by this index. Nested fields use dot-separated segments; segments
   * containing literal dots are backtick-quoted, and backticks inside quoted segments are doubled.
   */
  readonly columns: readonly string[]
  /** Current status of the index */
  readonly status: string
  /** Friendly index type, e.g. IVF_PQ, BTREE. Unknown if no plugin recognizes the index. */
  readonly index_type?: string | undefined
  /** Protobuf type URL, a precise type identifier for the index. */
  readonly type_url?: string | undefined
  /**
   * Number of live rows covered by the index. This does not count rows that are in the index but have since
   * been deleted.
   */
  readonly num_indexed_rows?: Int64 | undefined
  /** Number of rows that are not indexed. */
  readonly num_unindexed_rows?: Int64 | undefined
  /** Total index size in bytes across all segments. Null for indices predating file-size tracking. */
  readonly size_bytes?: Int64 | null | undefined
  /** Number of index deltas/segments. */
  readonly num_segments?: number | undefined
  /** Creation time for indexes. Null for legacy indices. */
  readonly created_at?: string | null | undefined
  /** On-disk index format version. */
  readonly index_version?: number | undefined
  /**
   * Opaque, type-specific JSON with additional index details. For vector indices this carries metric/distance
   * type, partitioning, and HNSW/PQ/SQ/RQ parameters.
   */
  readonly index_details?: string | null | undefined
}

export const decodeIndexContent: Decoder<IndexContent> = record({
  index_name: required(text),
  index_uuid: required(text),
  columns: required(texts),
  status: required(text),
  index_type: optional(text),
  type_url: optional(text),
  num_indexed_rows: optional(int64),
  num_unindexed_rows: optional(int64),
  size_bytes: optionalOrNull(int64),
  num_segments: optional(int32),
  created_at: optionalOrNull(text),
  index_version: optional(int32),
  index_details: optionalOrNull(text),
})

export interface ListTableIndicesResponse {
  readonly context?: Context | undefined
  /** List of indexes on the table */
  readonly indexes: readonly IndexContent[]
  readonly page_token?: string | null | undefined
}

export const decodeListTableIndicesResponse: Decoder<ListTableIndicesResponse> = record({
  context: optional(decodeContext),
  indexes: required(list(decodeIndexContent)),
  page_token: optionalOrNull(text),
})

export interface DescribeTableIndexStatsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Optional table version to get stats for */
  readonly version?: Int64 | null | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Name of the index */
  readonly index_name?: string | undefined
}

export const decodeDescribeTableIndexStatsRequest: Decoder<DescribeTableIndexStatsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: optionalOrNull(int64),
  branch: optional(text),
  index_name: optional(text),
})

export interface DescribeTableIndexStatsResponse {
  readonly context?: Context | undefined
  /** Distance type for vector indexes */
  readonly distance_type?: string | null | undefined
  /** Type of the index */
  readonly index_type?: string | null | undefined
  /** Number of indexed rows */
  readonly num_indexed_rows?: Int64 | null | undefined
  /** Number of unindexed rows */
  readonly num_unindexed_rows?: Int64 | null | undefined
  /** Number of indices */
  readonly num_indices?: number | null | undefined
}

export const decodeDescribeTableIndexStatsResponse: Decoder<DescribeTableIndexStatsResponse> = record({
  context: optional(decodeContext),
  distance_type: optionalOrNull(text),
  index_type: optionalOrNull(text),
  num_indexed_rows: optionalOrNull(int64),
  num_unindexed_rows: optionalOrNull(int64),
  num_indices: optionalOrNull(int32),
})

export interface DropTableIndexRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Name of the index to drop */
  readonly index_name?: string | undefined
}

export const decodeDropTableIndexRequest: Decoder<DropTableIndexRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  index_name: optional(text),
})

/** Response for drop index operation */
export interface DropTableIndexResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeDropTableIndexResponse: Decoder<DropTableIndexResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})
