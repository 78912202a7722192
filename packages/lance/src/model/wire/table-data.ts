// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import {
  flag,
  int64,
  list,
  pair,
  text,
  textMap,
  texts,
  type Decoder,
  type OpenEnum,
  type StringMap,
} from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface CountTableRowsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * Version of the table to describe.
   * If not specified, server should resolve it to the latest version.
   */
  readonly version?: Int64 | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Optional SQL predicate to filter rows for counting. Field
   * references must use Lance field path syntax: nested fields use dot-separated segments, literal dots
   * require backtick-quoted segments, and backticks inside quoted segments are doubled.
   */
  readonly predicate?: string | undefined
}

export const decodeCountTableRowsRequest: Decoder<CountTableRowsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: optional(int64),
  branch: optional(text),
  predicate: optional(text),
})

/**
 * Response containing the count of rows.
 *
 * The REST namespace does not transmit this object directly (see the CountTableRows
 * operation for how the bare-number response maps to it). It is the standard data model
 * for the LanceNamespace interfaces (e.g. Java, Python).
 */
export interface CountTableRowsResponse {
  readonly context?: Context | undefined
  /** The count of rows. */
  readonly count?: Int64 | undefined
}

export const decodeCountTableRowsResponse: Decoder<CountTableRowsResponse> = record({
  context: optional(decodeContext),
  count: optional(int64),
})

/** Request for inserting records into a table, excluding the Arrow IPC stream. */
export interface InsertIntoTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * How the insert should behave. Case insensitive, supports both PascalCase and snake_case. Valid values
   * are:
   * - Append (default): insert data to the existing table
   * - Overwrite: remove all data in the table and then insert data to it
   */
  readonly mode?: OpenEnum<'Append' | 'Overwrite'> | undefined
}

export const decodeInsertIntoTableRequest: Decoder<InsertIntoTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  mode: optional(text),
})

/** Response from inserting records into a table */
export interface InsertIntoTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /** Number of rows inserted */
  readonly num_inserted_rows?: Int64 | undefined
  /** The commit version associated with the operation */
  readonly version?: Int64 | undefined
}

export const decodeInsertIntoTableResponse: Decoder<InsertIntoTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  num_inserted_rows: optional(int64),
  version: optional(int64),
})

/** Request for merging or inserting records into a table, excluding the Arrow IPC stream. */
export interface MergeInsertIntoTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Lance field path to use for matching rows. Nested fields use dot-separated segments; use backtick-quoted
   * segments for literal dots and double backticks inside quoted segments. Use canonical full paths for
   * display and errors; leaf names alone only identify top-level fields; invalid or unresolved paths should
   * return InvalidInput or TableColumnNotFound.
   */
  readonly on?: string | undefined
  /** Update all columns when rows match */
  readonly when_matched_update_all?: boolean | undefined
  /**
   * The row is updated (similar to UpdateAll) only for rows where the SQL expression evaluates to true. Field
   * references must use Lance field path syntax: nested fields use dot-separated segments, literal dots
   * require backtick-quoted segments, and backticks inside quoted segments are doubled.
   */
  readonly when_matched_update_all_filt?: string | undefined
  /** Insert all columns when rows don't match */
  readonly when_not_matched_insert_all?: boolean | undefined
  /** Delete all rows from target table that don't match a row in the source table */
  readonly when_not_matched_by_source_delete?: boolean | undefined
  /**
   * Delete rows from the target table if there is no match AND the SQL expression evaluates to true. Field
   * references must use Lance field path syntax: nested fields use dot-separated segments, literal dots
   * require backtick-quoted segments, and backticks inside quoted segments are doubled.
   */
  readonly when_not_matched_by_source_delete_filt?: string | undefined
  /** Timeout for the operation (e.g., "30s", "5m") */
  readonly timeout?: string | undefined
  /** Whether to use index for matching rows */
  readonly use_index?: boolean | undefined
}

export const decodeMergeInsertIntoTableRequest: Decoder<MergeInsertIntoTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  on: optional(text),
  when_matched_update_all: optional(flag),
  when_matched_update_all_filt: optional(text),
  when_not_matched_insert_all: optional(flag),
  when_not_matched_by_source_delete: optional(flag),
  when_not_matched_by_source_delete_filt: optional(text),
  timeout: optional(text),
  use_index: optional(flag),
})

/** Response from merge insert operation */
export interface MergeInsertIntoTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /** Number of rows updated */
  readonly num_updated_rows?: Int64 | undefined
  /** Number of rows inserted */
  readonly num_inserted_rows?: Int64 | undefined
  /** Number of rows deleted (typically 0 for merge insert) */
  readonly num_deleted_rows?: Int64 | undefined
  /** The commit version associated with the operation */
  readonly version?: Int64 | undefined
}

export const decodeMergeInsertIntoTableResponse: Decoder<MergeInsertIntoTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  num_updated_rows: optional(int64),
  num_inserted_rows: optional(int64),
  num_deleted_rows: optional(int64),
  version: optional(int64),
})

/**
 * Each update consists of a field path and an SQL expression that will be
 * evaluated against the current row's value. Optionally, a predicate can be
 * provided to filter which rows to update.
 */
export interface UpdateTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Optional SQL predicate to filter rows for update. Field references must use Lance field path syntax:
   * nested fields use dot-separated segments, literal dots require backtick-quoted segments, and backticks
   * inside quoted segments are doubled.
   */
  readonly predicate?: string | null | undefined
  /**
   * List of field updates as [field_path, expression] pairs. Field paths and expression references must use
   * Lance field path syntax: nested fields use dot-separated segments, literal dots require backtick-quoted
   * segments, and backticks inside quoted segments are doubled.
   */
  readonly updates: readonly (readonly [string, string])[]
  /** Properties stored on the table, if supported by the implementation. */
  readonly properties?: StringMap | undefined
}

export const decodeUpdateTableRequest: Decoder<UpdateTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  predicate: optionalOrNull(text),
  updates: required(list(pair)),
  properties: optional(textMap),
})

export interface UpdateTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /** Number of rows updated */
  readonly updated_rows: Int64
  /** The commit version associated with the operation */
  readonly version: Int64
  /**
   * If the implementation does not support table properties, it should return null for this field. Otherwise,
   * it should return the properties.
   */
  readonly properties?: StringMap | undefined
}

export const decodeUpdateTableResponse: Decoder<UpdateTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  updated_rows: required(int64),
  version: required(int64),
  properties: optional(textMap),
})

/**
 * Delete data from table based on a SQL predicate.
 * Returns the number of rows that were deleted.
 */
export interface DeleteFromTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The namespace identifier */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * SQL predicate to filter rows for deletion. Field references must use Lance field path syntax: nested
   * fields use dot-separated segments, literal dots require backtick-quoted segments, and backticks inside
   * quoted segments are doubled.
   */
  readonly predicate: string
}

export const decodeDeleteFromTableRequest: Decoder<DeleteFromTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  predicate: required(text),
})

export interface DeleteFromTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /** The commit version associated with the operation */
  readonly version?: Int64 | undefined
}

export const decodeDeleteFromTableResponse: Decoder<DeleteFromTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  version: optional(int64),
})

/**
 * Request for creating a table, excluding the Arrow IPC stream.
 * The table location and any credential vending behavior are determined by the implementation
 * and returned in the response, rather than specified in this request.
 */
export interface CreateTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * There are three modes when trying to create a table,
   * to differentiate the behavior when a table of the same name already exists.
   * Case insensitive, supports both PascalCase and snake_case. Valid values are:
   *   * Create: the operation fails with 409.
   *   * ExistOk: the operation succeeds and the existing table is kept.
   *   * Overwrite: the existing table is dropped and a new table with this name is created.
   */
  readonly mode?: OpenEnum<'Create' | 'ExistOk' | 'Overwrite'> | undefined
  /**
   * Business logic properties stored and managed by the namespace implementation outside
   * Lance context, if supported by the implementation.
   */
  readonly properties?: StringMap | undefined
  /**
   * Storage options that configure overrides for writing table data and metadata during
   * table creation. These are passed to Lance for the write path.
   */
  readonly storage_options?: StringMap | undefined
}

export const decodeCreateTableRequest: Decoder<CreateTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  mode: optional(text),
  properties: optional(textMap),
  storage_options: optional(textMap),
})

export interface CreateTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  readonly location?: string | undefined
  readonly version?: Int64 | undefined
  /**
   * Configuration options to be used to access storage. The available
   * options depend on the type of storage in use. These will be
   * passed directly to Lance to initialize storage access.
   */
  readonly storage_options?: StringMap | undefined
  /**
   * Business logic properties stored and managed by the namespace implementation outside
   * Lance context. If the implementation does not support table properties, it should
   * return null for this field.
   */
  readonly properties?: StringMap | null | undefined
}

export const decodeCreateTableResponse: Decoder<CreateTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  location: optional(text),
  version: optional(int64),
  storage_options: optional(textMap),
  properties: optionalOrNull(textMap),
})

export interface RestoreTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Version to restore to */
  readonly version: Int64
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
}

export const decodeRestoreTableRequest: Decoder<RestoreTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: required(int64),
  branch: optional(text),
})

/** Response for restore table operation */
export interface RestoreTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeRestoreTableResponse: Decoder<RestoreTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})
