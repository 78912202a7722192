// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64, JsonObject } from '@headgate/json'
import {
  flag,
  float,
  int64,
  list,
  map,
  nullable,
  object,
  text,
  textMap,
  texts,
  type Decoder,
  type StringMap,
} from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface UpdateTableSchemaMetadataRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Schema metadata key-value pairs to set */
  readonly metadata?: StringMap | undefined
}

export const decodeUpdateTableSchemaMetadataRequest: Decoder<UpdateTableSchemaMetadataRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  metadata: optional(textMap),
})

export interface UpdateTableSchemaMetadataResponse {
  readonly context?: Context | undefined
  /** The updated schema metadata */
  readonly metadata?: StringMap | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeUpdateTableSchemaMetadataResponse: Decoder<UpdateTableSchemaMetadataResponse> = record({
  context: optional(decodeContext),
  metadata: optional(textMap),
  transaction_id: optional(text),
})

export interface AddVirtualColumnOutputEntry {
  /** Physical output column name */
  readonly column: string
  /** Field name in the UDF output struct */
  readonly struct_field: string
  /** Data type of the output column using JSON representation */
  readonly data_type: JsonObject
  /** Whether the output column is nullable */
  readonly nullable: boolean
  /** User-supplied output field metadata (string key-value pairs) */
  readonly metadata?: StringMap | undefined
}

export const decodeAddVirtualColumnOutputEntry: Decoder<AddVirtualColumnOutputEntry> = record({
  column: required(text),
  struct_field: required(text),
  data_type: required(object),
  nullable: required(flag),
  metadata: optional(textMap),
})

export interface AddVirtualColumnEntry {
  /**
   * List of input Lance field paths for the virtual column. Nested fields use dot-separated segments; use
   * backtick-quoted segments for literal dots and double backticks inside quoted segments.
   */
  readonly input_columns: readonly string[]
  /** Output columns produced by the virtual column UDF */
  readonly outputs: readonly AddVirtualColumnOutputEntry[]
  /** Docker image to use for the UDF */
  readonly image: string
  /** Base64 encoded pickled UDF */
  readonly udf: string
  /** Name of the UDF */
  readonly udf_name: string
  /** Version of the UDF */
  readonly udf_version: string
  /** UDF backend type (e.g. DockerUDFSpecV1) */
  readonly udf_backend?: string | null | undefined
  /** Whether to automatically backfill the column after creation */
  readonly auto_backfill?: boolean | null | undefined
  /** JSON-serialized manifest for the UDF environment */
  readonly manifest?: string | null | undefined
  /** SHA-256 checksum of the manifest content */
  readonly manifest_checksum?: string | null | undefined
  /** User-supplied field metadata (string key-value pairs) */
  readonly field_metadata?: StringMap | null | undefined
}

export const decodeAddVirtualColumnEntry: Decoder<AddVirtualColumnEntry> = record({
  input_columns: required(texts),
  outputs: required(list(decodeAddVirtualColumnOutputEntry)),
  image: required(text),
  udf: required(text),
  udf_name: required(text),
  udf_version: required(text),
  udf_backend: optionalOrNull(text),
  auto_backfill: optionalOrNull(flag),
  manifest: optionalOrNull(text),
  manifest_checksum: optionalOrNull(text),
  field_metadata: optionalOrNull(textMap),
})

export interface AddColumnsEntry {
  /** Name of the new column */
  readonly name: string
  /**
   * SQL expression for the column (optional if virtual_column or computed
   * is specified). Evaluated once over existing rows; nothing is stored,
   * so rows appended later read null.
   */
  readonly expression?: string | null | undefined
  /**
   * SQL expression declaring a maintained computed column (optional if
   * expression or virtual_column is specified). The column is added
   * all-null with the expression persisted as its binding in field
   * metadata; its type and input columns are inferred from the
   * expression. Rows are filled by backfill, never at declaration.
   */
  readonly computed?: string | null | undefined
  /**
   * Virtual column definition (optional if expression or computed is
   * specified)
   */
  readonly virtual_column?: AddVirtualColumnEntry | null | undefined
}

export const decodeAddColumnsEntry: Decoder<AddColumnsEntry> = record({
  name: required(text),
  expression: optionalOrNull(text),
  computed: optionalOrNull(text),
  virtual_column: optionalOrNull(decodeAddVirtualColumnEntry),
})

export interface AlterTableAddColumnsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** Table identifier path (namespace + table name) */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** List of new columns to add to the table */
  readonly new_columns: readonly AddColumnsEntry[]
}

export const decodeAlterTableAddColumnsRequest: Decoder<AlterTableAddColumnsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  new_columns: required(list(decodeAddColumnsEntry)),
})

export interface AlterTableAddColumnsResponse {
  readonly context?: Context | undefined
  /** The commit version associated with the operation */
  readonly version: Int64
}

export const decodeAlterTableAddColumnsResponse: Decoder<AlterTableAddColumnsResponse> = record({
  context: optional(decodeContext),
  version: required(int64),
})

export interface UpdateFieldMetadataEntry {
  /**
   * Lance field path whose metadata to update. Nested fields use dot-separated segments; use backtick-quoted
   * segments for literal dots and double backticks inside quoted segments. Use canonical full paths for
   * display and errors; leaf names alone only identify top-level fields; invalid or unresolved paths should
   * return InvalidInput or TableColumnNotFound.
   */
  readonly path: string
  /**
   * Metadata key-value pairs to apply to the field. A null value
   * deletes that key.
   */
  readonly metadata: Readonly<Record<string, string | null>>
  /**
   * If true, replace the field's existing metadata entirely; otherwise
   * merge into it (optional, defaults to false).
   */
  readonly replace?: boolean | null | undefined
}

export const decodeUpdateFieldMetadataEntry: Decoder<UpdateFieldMetadataEntry> = record({
  path: required(text),
  metadata: required(map(nullable(text))),
  replace: optionalOrNull(flag),
})

export interface UpdateFieldMetadataRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** Table identifier path (namespace + table name) */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** List of per-field metadata updates to apply */
  readonly updates: readonly UpdateFieldMetadataEntry[]
}

export const decodeUpdateFieldMetadataRequest: Decoder<UpdateFieldMetadataRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  updates: required(list(decodeUpdateFieldMetadataEntry)),
})

export interface UpdateFieldMetadataResponse {
  readonly context?: Context | undefined
  /** The commit version associated with the operation */
  readonly version: Int64
  /** Resulting metadata for each updated field, keyed by canonical Lance field path. */
  readonly fields?: Readonly<Record<string, StringMap>> | undefined
}

export const decodeUpdateFieldMetadataResponse: Decoder<UpdateFieldMetadataResponse> = record({
  context: optional(decodeContext),
  version: required(int64),
  fields: optional(map(textMap)),
})

export interface AlterVirtualColumnEntry {
  /**
   * List of input Lance field paths for the virtual column. Nested fields use dot-separated segments; use
   * backtick-quoted segments for literal dots and double backticks inside quoted segments. Optional.
   */
  readonly input_columns?: readonly string[] | null | undefined
  /** Docker image to use for the UDF (optional) */
  readonly image?: string | null | undefined
  /** Base64 encoded pickled UDF (optional) */
  readonly udf?: string | null | undefined
  /** Name of the UDF (optional) */
  readonly udf_name?: string | null | undefined
  /** Version of the UDF (optional) */
  readonly udf_version?: string | null | undefined
  /** UDF backend type (e.g. DockerUDFSpecV1) (optional) */
  readonly udf_backend?: string | null | undefined
  /** Whether to automatically backfill the column (optional) */
  readonly auto_backfill?: boolean | null | undefined
  /** JSON-serialized manifest for the UDF environment (optional) */
  readonly manifest?: string | null | undefined
  /** SHA-256 checksum of the manifest content (optional) */
  readonly manifest_checksum?: string | null | undefined
  /** User-supplied field metadata (optional) */
  readonly field_metadata?: StringMap | null | undefined
}

export const decodeAlterVirtualColumnEntry: Decoder<AlterVirtualColumnEntry> = record({
  input_columns: optionalOrNull(texts),
  image: optionalOrNull(text),
  udf: optionalOrNull(text),
  udf_name: optionalOrNull(text),
  udf_version: optionalOrNull(text),
  udf_backend: optionalOrNull(text),
  auto_backfill: optionalOrNull(flag),
  manifest: optionalOrNull(text),
  manifest_checksum: optionalOrNull(text),
  field_metadata: optionalOrNull(textMap),
})

export interface AlterColumnsEntry {
  /**
   * Lance field path to alter. Nested fields use dot-separated segments; use backtick-quoted segments for
   * literal dots and double backticks inside quoted segments. Use canonical full paths for display and
   * errors; leaf names alone only identify top-level fields; invalid or unresolved paths should return
   * InvalidInput or TableColumnNotFound.
   */
  readonly path: string
  /** New data type for the column using JSON representation (optional) */
  readonly data_type?: JsonObject | undefined
  /** New name for the column (optional) */
  readonly rename?: string | null | undefined
  /** Whether the column should be nullable (optional) */
  readonly nullable?: boolean | null | undefined
  /** Virtual column alterations (optional) */
  readonly virtual_column?: AlterVirtualColumnEntry | null | undefined
}

export const decodeAlterColumnsEntry: Decoder<AlterColumnsEntry> = record({
  path: required(text),
  data_type: optional(object),
  rename: optionalOrNull(text),
  nullable: optionalOrNull(flag),
  virtual_column: optionalOrNull(decodeAlterVirtualColumnEntry),
})

export interface AlterTableAlterColumnsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** Table identifier path (namespace + table name) */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** List of column alterations to apply to the table */
  readonly alterations: readonly AlterColumnsEntry[]
}

export const decodeAlterTableAlterColumnsRequest: Decoder<AlterTableAlterColumnsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  alterations: required(list(decodeAlterColumnsEntry)),
})

export interface AlterTableAlterColumnsResponse {
  readonly context?: Context | undefined
  /** The commit version associated with the operation */
  readonly version: Int64
}

export const decodeAlterTableAlterColumnsResponse: Decoder<AlterTableAlterColumnsResponse> = record({
  context: optional(decodeContext),
  version: required(int64),
})

export interface AlterTableBackfillColumnsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** Table identifier path (namespace + table name) */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Lance field path to backfill. Nested fields use dot-separated segments; use backtick-quoted segments for
   * literal dots and double backticks inside quoted segments. Use canonical full paths for display and
   * errors; leaf names alone only identify top-level fields; invalid or unresolved paths should return
   * InvalidInput or TableColumnNotFound.
   */
  readonly column: string
  /** Optional WHERE clause filter */
  readonly where?: string | null | undefined
  /** Optional concurrency override */
  readonly concurrency?: Int64 | null | undefined
  /** Optional intra-applier concurrency override */
  readonly intra_applier_concurrency?: Int64 | null | undefined
  /** Optional minimum checkpoint size */
  readonly min_checkpoint_size?: Int64 | null | undefined
  /** Optional maximum checkpoint size */
  readonly max_checkpoint_size?: Int64 | null | undefined
  /** Optional batch checkpoint flush interval in seconds */
  readonly batch_checkpoint_flush_interval_seconds?: number | null | undefined
  /** Optional table version to read from */
  readonly read_version?: Int64 | null | undefined
  /** Optional task size */
  readonly task_size?: Int64 | null | undefined
  /** Optional number of fragments */
  readonly num_frags?: Int64 | null | undefined
  /** Optional checkpoint size */
  readonly checkpoint_size?: Int64 | null | undefined
  /** Optional commit granularity */
  readonly commit_granularity?: Int64 | null | undefined
  /** Optional cluster name */
  readonly cluster?: string | null | undefined
  /** Optional manifest name */
  readonly manifest?: string | null | undefined
}

export const decodeAlterTableBackfillColumnsRequest: Decoder<AlterTableBackfillColumnsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  column: required(text),
  where: optionalOrNull(text),
  concurrency: optionalOrNull(int64),
  intra_applier_concurrency: optionalOrNull(int64),
  min_checkpoint_size: optionalOrNull(int64),
  max_checkpoint_size: optionalOrNull(int64),
  batch_checkpoint_flush_interval_seconds: optionalOrNull(float),
  read_version: optionalOrNull(int64),
  task_size: optionalOrNull(int64),
  num_frags: optionalOrNull(int64),
  checkpoint_size: optionalOrNull(int64),
  commit_granularity: optionalOrNull(int64),
  cluster: optionalOrNull(text),
  manifest: optionalOrNull(text),
})

export interface AlterTableBackfillColumnsResponse {
  readonly context?: Context | undefined
  /** The job ID for tracking the backfill job */
  readonly job_id: string
}

export const decodeAlterTableBackfillColumnsResponse: Decoder<AlterTableBackfillColumnsResponse> = record({
  context: optional(decodeContext),
  job_id: required(text),
})

export interface AlterTableDropColumnsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Lance field paths to drop. Nested fields use dot-separated segments; use backtick-quoted segments for
   * literal dots and double backticks inside quoted segments. Use canonical full paths for display and
   * errors; leaf names alone only identify top-level fields; invalid or unresolved paths should return
   * InvalidInput or TableColumnNotFound.
   */
  readonly columns: readonly string[]
}

export const decodeAlterTableDropColumnsRequest: Decoder<AlterTableDropColumnsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  columns: required(texts),
})

export interface AlterTableDropColumnsResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /** Version of the table after dropping columns */
  readonly version: Int64
}

export const decodeAlterTableDropColumnsResponse: Decoder<AlterTableDropColumnsResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  version: required(int64),
})
