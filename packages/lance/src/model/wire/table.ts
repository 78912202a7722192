// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { flag, int64, text, textMap, texts, type Decoder, type OpenEnum, type StringMap } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeJsonArrowSchema, type JsonArrowSchema } from './arrow-schema.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'
import { decodeTableBasicStats, type TableBasicStats } from './statistics.ts'

export interface RegisterTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  readonly location: string
  /**
   * There are two modes when trying to register a table,
   * to differentiate the behavior when a table of the same name already exists.
   * Case insensitive, supports both PascalCase and snake_case. Valid values are:
   *   * Create (default): the operation fails with 409.
   *   * Overwrite: the existing table registration is replaced with the new registration.
   */
  readonly mode?: OpenEnum<'Create' | 'Overwrite'> | undefined
  /** Properties stored on the table, if supported by the implementation. */
  readonly properties?: StringMap | undefined
}

export const decodeRegisterTableRequest: Decoder<RegisterTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  location: required(text),
  mode: optional(text),
  properties: optional(textMap),
})

export interface RegisterTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  readonly location?: string | undefined
  /**
   * If the implementation does not support table properties, it should return null for this field. Otherwise,
   * it should return the properties.
   */
  readonly properties?: StringMap | undefined
}

export const decodeRegisterTableResponse: Decoder<RegisterTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  location: optional(text),
  properties: optional(textMap),
})

export interface ListTablesRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  readonly page_token?: string | null | undefined
  readonly limit?: Int64 | null | undefined
  /**
   * When true (default), includes tables that have been declared in the namespace
   * but not yet created on storage, in addition to tables that have
   * been created. When false, only tables with storage
   * components are returned.
   */
  readonly include_declared?: boolean | undefined
}

export const decodeListTablesRequest: Decoder<ListTablesRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  page_token: optionalOrNull(text),
  limit: optionalOrNull(int64),
  include_declared: optional(flag),
})

export interface ListTablesResponse {
  readonly context?: Context | undefined
  /**
   * The list of names of all the tables under the connected namespace implementation.
   * This should recursively list all the tables in all child namespaces.
   * Each string in the list is the full identifier in string form.
   */
  readonly tables: readonly string[]
  readonly page_token?: string | null | undefined
}

export const decodeListTablesResponse: Decoder<ListTablesResponse> = record({
  context: optional(decodeContext),
  tables: required(texts),
  page_token: optionalOrNull(text),
})

export interface DescribeTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * Version of the table to describe.
   * If not specified, server should resolve it to the latest version.
   */
  readonly version?: Int64 | undefined
  /**
   * Tag name to describe the table at.
   * If specified, the server should resolve the tag to a version number and describe that version.
   * Cannot be used together with `version` or `branch`.
   */
  readonly tag?: string | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * Whether to include the table URI in the response.
   * Default is false.
   */
  readonly with_table_uri?: boolean | undefined
  /**
   * Whether to load detailed metadata that requires opening the dataset.
   * When true, the response must include all detailed metadata such as `version`, `schema`, and `stats`
   * which require reading the dataset.
   * When not set, the implementation can decide whether to return detailed metadata
   * and which parts of detailed metadata to return.
   */
  readonly load_detailed_metadata?: boolean | undefined
  /**
   * Whether to check if the table exists only as a namespace declaration
   * without storage data. Default is false.
   * When true, the response should populate `is_only_declared`.
   * When false, the implementation should return null for `is_only_declared`
   * unless another option such as `load_detailed_metadata` requires
   * checking declared-only table state.
   */
  readonly check_declared?: boolean | undefined
  /**
   * Whether to include vended credentials in the response `storage_options`.
   * When true, the implementation should provide vended credentials for accessing storage.
   * When not set, the implementation can decide whether to return vended credentials.
   */
  readonly vend_credentials?: boolean | undefined
}

export const decodeDescribeTableRequest: Decoder<DescribeTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: optional(int64),
  tag: optional(text),
  branch: optional(text),
  with_table_uri: optional(flag),
  load_detailed_metadata: optional(flag),
  check_declared: optional(flag),
  vend_credentials: optional(flag),
})

export interface DescribeTableResponse {
  readonly context?: Context | undefined
  /**
   * Table name.
   * Only populated when `load_detailed_metadata` is true.
   */
  readonly table?: string | undefined
  /**
   * The namespace identifier as a list of parts.
   * Only populated when `load_detailed_metadata` is true.
   */
  readonly namespace?: readonly string[] | undefined
  /**
   * Table version number.
   * Only populated when `load_detailed_metadata` is true.
   */
  readonly version?: Int64 | undefined
  /** Table storage location (e.g., S3/GCS path). */
  readonly location?: string | undefined
  /**
   * Table URI. Unlike location, this field must be a complete and valid URI.
   * Only returned when `with_table_uri` is true.
   */
  readonly table_uri?: string | undefined
  /**
   * Table schema in JSON Arrow format.
   * Only populated when `load_detailed_metadata` is true.
   */
  readonly schema?: JsonArrowSchema | undefined
  /**
   * Configuration options to be used to access storage. The available
   * options depend on the type of storage in use. These will be
   * passed directly to Lance to initialize storage access.
   * When `vend_credentials` is true, this field may include vended credentials.
   * If the vended credentials are temporary, the `expires_at_millis` key should be
   * included to indicate the millisecond timestamp when the credentials expire.
   */
  readonly storage_options?: StringMap | undefined
  /**
   * Table statistics.
   * Only populated when `load_detailed_metadata` is true.
   */
  readonly stats?: TableBasicStats | null | undefined
  /**
   * Optional table metadata as key-value pairs. This records the information of the table
   * and requires loading the table.
   * It is only populated when `load_detailed_metadata` is true.
   */
  readonly metadata?: StringMap | undefined
  /**
   * Properties stored on the table, if supported by the server. This records the information managed by the
   * namespace. If the server does not support table properties, it should return null for this field. If
   * table properties are supported, but none are set, it should return an empty object.
   */
  readonly properties?: StringMap | null | undefined
  /**
   * When true, the caller should use namespace table version operations
   * (CreateTableVersion, BatchCreateTableVersions, DescribeTableVersion, ListTableVersions,
   * BatchDeleteTableVersions)
   * to manage table versions instead of relying on Lance's native version management.
   */
  readonly managed_versioning?: boolean | undefined
  /**
   * When true, indicates that the table has been declared in the namespace
   * but not yet created on storage. This means the table exists in the
   * namespace but has no data files on the underlying storage.
   * When false, the table has storage components (data and metadata files).
   * When null, the implementation did not check whether the table is only
   * declared. Clients should treat an omitted value as null. Implementations
   * should populate this field when `check_declared` is true or another
   * option such as `load_detailed_metadata` requires checking declared-only
   * table state. Operations like describe_table with load_detailed_metadata=true
   * may fail for declared-only tables.
   */
  readonly is_only_declared?: boolean | null | undefined
}

export const decodeDescribeTableResponse: Decoder<DescribeTableResponse> = record({
  context: optional(decodeContext),
  table: optional(text),
  namespace: optional(texts),
  version: optional(int64),
  location: optional(text),
  table_uri: optional(text),
  schema: optional(decodeJsonArrowSchema),
  storage_options: optional(textMap),
  stats: optionalOrNull(decodeTableBasicStats),
  metadata: optional(textMap),
  properties: optionalOrNull(textMap),
  managed_versioning: optional(flag),
  is_only_declared: optionalOrNull(flag),
})

/** Request for declaring a table. */
export interface DeclareTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * Optional storage location for the table.
   * If not provided, the namespace implementation should determine the table location.
   */
  readonly location?: string | undefined
  /**
   * Whether to include vended credentials in the response `storage_options`.
   * When true, the implementation should provide vended credentials for accessing storage.
   * When not set, the implementation can decide whether to return vended credentials.
   */
  readonly vend_credentials?: boolean | undefined
  /**
   * Business logic properties stored and managed by the namespace implementation outside
   * Lance context, if supported by the implementation.
   */
  readonly properties?: StringMap | undefined
}

export const decodeDeclareTableRequest: Decoder<DeclareTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  location: optional(text),
  vend_credentials: optional(flag),
  properties: optional(textMap),
})

/** Response for declaring a table. */
export interface DeclareTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  readonly location?: string | undefined
  /**
   * Configuration options to be used to access storage. The available
   * options depend on the type of storage in use. These will be
   * passed directly to Lance to initialize storage access.
   */
  readonly storage_options?: StringMap | undefined
  /**
   * If the implementation does not support table properties, it should return null for this field. Otherwise
   * it should return the properties.
   */
  readonly properties?: StringMap | null | undefined
  /**
   * When true, the caller should use namespace table version operations
   * (CreateTableVersion, BatchCreateTableVersions, DescribeTableVersion, ListTableVersions,
   * BatchDeleteTableVersions)
   * to manage table versions instead of relying on Lance's native version management.
   */
  readonly managed_versioning?: boolean | undefined
}

export const decodeDeclareTableResponse: Decoder<DeclareTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  location: optional(text),
  storage_options: optional(textMap),
  properties: optionalOrNull(textMap),
  managed_versioning: optional(flag),
})

export interface TableExistsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * Version of the table to check existence.
   * If not specified, server should resolve it to the latest version.
   */
  readonly version?: Int64 | undefined
}

export const decodeTableExistsRequest: Decoder<TableExistsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: optional(int64),
})

/**
 * Response for a table existence check.
 *
 * The REST namespace does not transmit this object directly (see the TableExists
 * operation for how the status-code response maps to it). It is the standard data model
 * for the LanceNamespace interfaces (e.g. Java, Python).
 */
export interface TableExistsResponse {
  readonly context?: Context | undefined
}

export const decodeTableExistsResponse: Decoder<TableExistsResponse> = record({
  context: optional(decodeContext),
})

/**
 * If the table and its data can be immediately deleted, return information of the deleted table.
 * Otherwise, return a transaction ID that client can use to track deletion progress.
 */
export interface DropTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
}

export const decodeDropTableRequest: Decoder<DropTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
})

export interface DropTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  readonly id?: readonly string[] | undefined
  readonly location?: string | undefined
  /**
   * If the implementation does not support table properties, it should return null for this field. Otherwise
   * it should return the properties.
   */
  readonly properties?: StringMap | null | undefined
}

export const decodeDropTableResponse: Decoder<DropTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  id: optional(texts),
  location: optional(text),
  properties: optionalOrNull(textMap),
})

/** The table content remains available in the storage. */
export interface DeregisterTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
}

export const decodeDeregisterTableRequest: Decoder<DeregisterTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
})

export interface DeregisterTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  readonly id?: readonly string[] | undefined
  readonly location?: string | undefined
  /**
   * If the implementation does not support table properties, it should return null for this field. Otherwise
   * it should return the properties.
   */
  readonly properties?: StringMap | null | undefined
}

export const decodeDeregisterTableResponse: Decoder<DeregisterTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  id: optional(texts),
  location: optional(text),
  properties: optionalOrNull(textMap),
})

export interface RenameTableRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  /** New name for the table */
  readonly new_table_name: string
  /**
   * New namespace identifier to move the table to (optional, if not specified the table stays in the same
   * namespace)
   */
  readonly new_namespace_id?: readonly string[] | undefined
}

export const decodeRenameTableRequest: Decoder<RenameTableRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  new_table_name: required(text),
  new_namespace_id: optional(texts),
})

export interface RenameTableResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeRenameTableResponse: Decoder<RenameTableResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})
