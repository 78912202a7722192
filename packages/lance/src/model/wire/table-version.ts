// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { flag, int64, list, text, textMap, texts, type Decoder, type StringMap } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface ListTableVersionsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  readonly page_token?: string | null | undefined
  readonly limit?: Int64 | null | undefined
  /**
   * When true, versions are guaranteed to be returned in descending order (latest to oldest).
   * When false or not specified, the ordering is implementation-defined.
   */
  readonly descending?: boolean | undefined
}

export const decodeListTableVersionsRequest: Decoder<ListTableVersionsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  page_token: optionalOrNull(text),
  limit: optionalOrNull(int64),
  descending: optional(flag),
})

export interface TableVersion {
  /** Version number */
  readonly version: Int64
  /** Path to the manifest file for this version. */
  readonly manifest_path: string
  /** Size of the manifest file in bytes */
  readonly manifest_size?: Int64 | undefined
  /**
   * Optional ETag for optimistic concurrency control.
   * Useful for S3 and similar object stores.
   */
  readonly e_tag?: string | undefined
  /** Timestamp when the version was created, in milliseconds since epoch (Unix time) */
  readonly timestamp_millis?: Int64 | undefined
  /** Optional key-value pairs of metadata */
  readonly metadata?: StringMap | undefined
}

export const decodeTableVersion: Decoder<TableVersion> = record({
  version: required(int64),
  manifest_path: required(text),
  manifest_size: optional(int64),
  e_tag: optional(text),
  timestamp_millis: optional(int64),
  metadata: optional(textMap),
})

export interface ListTableVersionsResponse {
  readonly context?: Context | undefined
  /**
   * List of table versions. When `descending=true`, guaranteed to be ordered from latest to oldest.
   * Otherwise, ordering is implementation-defined.
   */
  readonly versions: readonly TableVersion[]
  readonly page_token?: string | null | undefined
}

export const decodeListTableVersionsResponse: Decoder<ListTableVersionsResponse> = record({
  context: optional(decodeContext),
  versions: required(list(decodeTableVersion)),
  page_token: optionalOrNull(text),
})

/**
 * The naming scheme used for manifest files in the `_versions/` directory.
 *
 * Known values:
 * - `V1`: `_versions/{version}.manifest` - Simple version-based naming
 * - `V2`: `_versions/{inverted_version}.manifest` - Zero-padded, reversed version number
 *   (uses `u64::MAX - version`) for O(1) lookup of latest version on object stores
 *
 * V2 is preferred for new tables as it enables efficient latest-version discovery
 * without needing to list all versions.
 */
export type ManifestNamingScheme = string

export const decodeManifestNamingScheme: Decoder<ManifestNamingScheme> = text

/**
 * Request to create a new table version entry.
 * This supports `put_if_not_exists` semantics,
 * where the operation fails if the version already exists.
 */
export interface CreateTableVersionRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  /** Version number to create */
  readonly version: Int64
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Path to the manifest file for this version */
  readonly manifest_path: string
  /** Size of the manifest file in bytes */
  readonly manifest_size?: Int64 | undefined
  /** Optional ETag for the manifest file */
  readonly e_tag?: string | undefined
  /** Optional metadata for the version */
  readonly metadata?: StringMap | undefined
  readonly naming_scheme?: ManifestNamingScheme | undefined
}

export const decodeCreateTableVersionRequest: Decoder<CreateTableVersionRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: required(int64),
  branch: optional(text),
  manifest_path: required(text),
  manifest_size: optional(int64),
  e_tag: optional(text),
  metadata: optional(textMap),
  naming_scheme: optional(decodeManifestNamingScheme),
})

/** Response for creating a table version */
export interface CreateTableVersionResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  readonly version?: TableVersion | undefined
}

export const decodeCreateTableVersionResponse: Decoder<CreateTableVersionResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  version: optional(decodeTableVersion),
})

/** Request to describe a specific table version */
export interface DescribeTableVersionRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  /** Version number to describe */
  readonly version?: Int64 | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
}

export const decodeDescribeTableVersionRequest: Decoder<DescribeTableVersionRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  version: optional(int64),
  branch: optional(text),
})

/** Response containing the table version information */
export interface DescribeTableVersionResponse {
  readonly context?: Context | undefined
  /** The table version information */
  readonly version: TableVersion
}

export const decodeDescribeTableVersionResponse: Decoder<DescribeTableVersionResponse> = record({
  context: optional(decodeContext),
  version: required(decodeTableVersion),
})

/**
 * A range of versions to delete (start inclusive, end exclusive).
 * Special values:
 * - `start_version: 0` with `end_version: -1` means ALL versions
 */
export interface VersionRange {
  /**
   * Start version of the range (inclusive).
   * Use 0 to start from the first version.
   */
  readonly start_version: Int64
  /**
   * End version of the range (exclusive).
   * Use -1 to indicate all versions up to and including the latest.
   */
  readonly end_version: Int64
}

export const decodeVersionRange: Decoder<VersionRange> = record({
  start_version: required(int64),
  end_version: required(int64),
})

/**
 * Request to delete table version records.
 * Supports deleting ranges of versions for efficient bulk cleanup.
 */
export interface BatchDeleteTableVersionsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /**
   * List of version ranges to delete.
   * Each range specifies start (inclusive) and end (exclusive) versions.
   */
  readonly ranges: readonly VersionRange[]
}

export const decodeBatchDeleteTableVersionsRequest: Decoder<BatchDeleteTableVersionsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
  ranges: required(list(decodeVersionRange)),
})

/** Response for deleting table version records */
export interface BatchDeleteTableVersionsResponse {
  readonly context?: Context | undefined
  /** Number of version records deleted */
  readonly deleted_count?: Int64 | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeBatchDeleteTableVersionsResponse: Decoder<BatchDeleteTableVersionsResponse> = record({
  context: optional(decodeContext),
  deleted_count: optional(int64),
  transaction_id: optional(text),
})

/**
 * An entry for creating a new table version in a batch operation.
 * This supports `put_if_not_exists` semantics,
 * where the operation fails if the version already exists.
 */
export interface CreateTableVersionEntry {
  /** The table identifier */
  readonly id: readonly string[]
  /** Version number to create */
  readonly version: Int64
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
  /** Path to the manifest file for this version */
  readonly manifest_path: string
  /** Size of the manifest file in bytes */
  readonly manifest_size?: Int64 | undefined
  /** Optional ETag for the manifest file */
  readonly e_tag?: string | undefined
  /** Optional metadata for the version */
  readonly metadata?: StringMap | undefined
  readonly naming_scheme?: ManifestNamingScheme | undefined
}

export const decodeCreateTableVersionEntry: Decoder<CreateTableVersionEntry> = record({
  id: required(texts),
  version: required(int64),
  branch: optional(text),
  manifest_path: required(text),
  manifest_size: optional(int64),
  e_tag: optional(text),
  metadata: optional(textMap),
  naming_scheme: optional(decodeManifestNamingScheme),
})

/**
 * Request to atomically create new version entries for multiple tables.
 * The operation is atomic: all versions are created or none are.
 */
export interface BatchCreateTableVersionsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** List of table version entries to create atomically */
  readonly entries: readonly CreateTableVersionEntry[]
}

export const decodeBatchCreateTableVersionsRequest: Decoder<BatchCreateTableVersionsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  entries: required(list(decodeCreateTableVersionEntry)),
})

/**
 * Response for batch creating table versions.
 * Contains the created versions for each table in the same order as the request.
 */
export interface BatchCreateTableVersionsResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /** List of created table versions in the same order as the request entries */
  readonly versions: readonly TableVersion[]
}

export const decodeBatchCreateTableVersionsResponse: Decoder<BatchCreateTableVersionsResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  versions: required(list(decodeTableVersion)),
})
