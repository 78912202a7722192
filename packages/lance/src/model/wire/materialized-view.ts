// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64, JsonObject } from '@headgate/json'
import { flag, float, int64, object, oneOf, text, texts, type Decoder } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface RefreshMaterializedViewRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** Table identifier path (namespace + table name) */
  readonly id?: readonly string[] | undefined
  /** Optional source version to refresh from */
  readonly src_version?: Int64 | null | undefined
  /** Optional maximum rows per fragment */
  readonly max_rows_per_fragment?: Int64 | null | undefined
  /** Optional concurrency override */
  readonly concurrency?: Int64 | null | undefined
  /** Optional intra-applier concurrency override */
  readonly intra_applier_concurrency?: Int64 | null | undefined
  /**
   * Optional number of source row ids per work item during expansion.
   * Bounds per-actor memory for chunker materialized views.
   */
  readonly source_task_size?: Int64 | null | undefined
  /** Optional cluster name (operational override) */
  readonly cluster?: string | null | undefined
  /**
   * Post-trim cap on view row count after expansion. Valid only for
   * chunker materialized views; returns 400 if set on other kinds.
   */
  readonly output_limit?: Int64 | null | undefined
  /**
   * Optional inline JSON-serialized GenevaManifest. Operational
   * override for this refresh only; does not mutate the view's
   * snapshotted manifest. When omitted, the manifest stored in the
   * view's metadata is used.
   */
  readonly manifest?: string | null | undefined
}

export const decodeRefreshMaterializedViewRequest: Decoder<RefreshMaterializedViewRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  src_version: optionalOrNull(int64),
  max_rows_per_fragment: optionalOrNull(int64),
  concurrency: optionalOrNull(int64),
  intra_applier_concurrency: optionalOrNull(int64),
  source_task_size: optionalOrNull(int64),
  cluster: optionalOrNull(text),
  output_limit: optionalOrNull(int64),
  manifest: optionalOrNull(text),
})

export interface RefreshMaterializedViewResponse {
  readonly context?: Context | undefined
  /** The job ID for tracking the refresh job */
  readonly job_id: string
}

export const decodeRefreshMaterializedViewResponse: Decoder<RefreshMaterializedViewResponse> = record({
  context: optional(decodeContext),
  job_id: required(text),
})

export interface MaterializedViewUdtfEntry {
  /**
   * Discriminates a batch UDTF (`udtf`, full-overwrite refresh)
   * from a chunker (`chunker`, incremental 1:N refresh). Must match
   * the enclosing request's `kind`.
   */
  readonly kind: 'udtf' | 'chunker'
  /** Base64-encoded UDTFSpec / ChunkerSpec JSON envelope (per kind). */
  readonly udtf: string
  /** SHA-256 checksum of the envelope; server validates. */
  readonly udtf_sha: string
  /** Name of the UDTF */
  readonly udtf_name: string
  /** Version of the UDTF */
  readonly udtf_version: string
  /**
   * Source Lance field paths the UDTF reads. Nested fields use dot-separated segments; use backtick-quoted
   * segments for literal dots and double backticks inside quoted segments. Null means all fields (batch UDTF
   * only).
   */
  readonly input_columns?: readonly string[] | null | undefined
  /**
   * Batch UDTF only. Lance field path used as the field-value partition key for partition-parallel execution.
   * Nested fields use dot-separated segments; use backtick-quoted segments for literal dots and double
   * backticks inside quoted segments. Mutually exclusive with `partition_by_indexed_column`.
   */
  readonly partition_by?: string | null | undefined
  /**
   * Batch UDTF only. Lance field path with an IVF-family index used for index-based partitioning. Nested
   * fields use dot-separated segments; use backtick-quoted segments for literal dots and double backticks
   * inside quoted segments. The server validates the index exists at create time.
   */
  readonly partition_by_indexed_column?: string | null | undefined
  /** Ray actor CPU request. */
  readonly num_cpus?: number | null | undefined
  /** Ray actor GPU request. */
  readonly num_gpus?: number | null | undefined
  /** Ray actor memory request, in bytes. */
  readonly memory?: Int64 | null | undefined
  /**
   * Batch UDTF only. Serialized ErrorHandlingConfig controlling
   * partition-grain fail/retry/skip behavior.
   */
  readonly error_handling?: JsonObject | null | undefined
  /**
   * Chunker only. True for a batched chunker; affects how the
   * worker dispatches input rows.
   */
  readonly batch?: boolean | null | undefined
  /** JSON-serialized GenevaManifest for the UDTF environment. */
  readonly manifest?: string | null | undefined
  /** SHA-256 checksum of the manifest content. */
  readonly manifest_checksum?: string | null | undefined
}

export const decodeMaterializedViewUdtfEntry: Decoder<MaterializedViewUdtfEntry> = record({
  kind: required(oneOf('udtf', 'chunker')),
  udtf: required(text),
  udtf_sha: required(text),
  udtf_name: required(text),
  udtf_version: required(text),
  input_columns: optionalOrNull(texts),
  partition_by: optionalOrNull(text),
  partition_by_indexed_column: optionalOrNull(text),
  num_cpus: optionalOrNull(float),
  num_gpus: optionalOrNull(float),
  memory: optionalOrNull(int64),
  error_handling: optionalOrNull(object),
  batch: optionalOrNull(flag),
  manifest: optionalOrNull(text),
  manifest_checksum: optionalOrNull(text),
})

export interface CreateMaterializedViewRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** View identifier path (namespace + view name) */
  readonly id?: readonly string[] | undefined
  /**
   * The materialized view kind.
   * - `query` — plain query-backed view (no UDTF), 1:1 rows.
   * - `udtf` — batch UDTF-backed view (N:M rows, full refresh).
   * - `chunker`, aka 'scalar_udtf' — chunker view (1:N row expansion, incremental refresh).
   */
  readonly kind: 'query' | 'udtf' | 'chunker'
  /**
   * Opaque serialized representation of the source query that
   * defines the view's input. The format is defined by the client;
   * the namespace server stores it without interpreting it.
   */
  readonly source_query: string
  /** Base64-encoded Arrow schema of the view output */
  readonly output_schema: string
  /**
   * UDTF descriptor. Required when kind is `udtf` or `chunker`;
   * must be null when kind is `query`.
   */
  readonly udtf_spec?: MaterializedViewUdtfEntry | null | undefined
  /**
   * If false, the server kicks off an initial refresh immediately
   * after creating the view and the response includes a job ID.
   */
  readonly with_no_data?: boolean | undefined
  /**
   * If true, the view is automatically refreshed when source-table
   * data changes past the deployment-level threshold. Boolean
   * opt-in only; the threshold and cooldown are configured on the
   * deployment, not per-view.
   */
  readonly auto_refresh?: boolean | null | undefined
}

export const decodeCreateMaterializedViewRequest: Decoder<CreateMaterializedViewRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  kind: required(oneOf('query', 'udtf', 'chunker')),
  source_query: required(text),
  output_schema: required(text),
  udtf_spec: optionalOrNull(decodeMaterializedViewUdtfEntry),
  with_no_data: optional(flag),
  auto_refresh: optionalOrNull(flag),
})

export interface CreateMaterializedViewResponse {
  readonly context?: Context | undefined
  /** The commit version that created the materialized view */
  readonly version: Int64
  /** Refresh job ID, populated only when `with_no_data` was false. */
  readonly job_id?: string | null | undefined
}

export const decodeCreateMaterializedViewResponse: Decoder<CreateMaterializedViewResponse> = record({
  context: optional(decodeContext),
  version: required(int64),
  job_id: optionalOrNull(text),
})
