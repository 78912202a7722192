// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import { list, text, type Decoder } from '../decode.ts'
import { optional, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'
import {
  decodeBatchDeleteTableVersionsRequest,
  decodeBatchDeleteTableVersionsResponse,
  decodeCreateTableVersionRequest,
  decodeCreateTableVersionResponse,
  type BatchDeleteTableVersionsRequest,
  type BatchDeleteTableVersionsResponse,
  type CreateTableVersionRequest,
  type CreateTableVersionResponse,
} from './table-version.ts'
import {
  decodeDeclareTableRequest,
  decodeDeclareTableResponse,
  decodeDeregisterTableRequest,
  decodeDeregisterTableResponse,
  type DeclareTableRequest,
  type DeclareTableResponse,
  type DeregisterTableRequest,
  type DeregisterTableResponse,
} from './table.ts'

/**
 * A single operation within a batch commit.
 * Provide exactly one of the operation fields to specify the operation kind.
 */
export interface CommitTableOperation {
  /** Declare (reserve) a new table in the namespace */
  readonly declare_table?: DeclareTableRequest | undefined
  /** Create a new version entry for a table */
  readonly create_table_version?: CreateTableVersionRequest | undefined
  /** Delete version ranges from a table */
  readonly delete_table_versions?: BatchDeleteTableVersionsRequest | undefined
  /** Deregister (soft-delete) a table */
  readonly deregister_table?: DeregisterTableRequest | undefined
}

export const decodeCommitTableOperation: Decoder<CommitTableOperation> = record({
  declare_table: optional(decodeDeclareTableRequest),
  create_table_version: optional(decodeCreateTableVersionRequest),
  delete_table_versions: optional(decodeBatchDeleteTableVersionsRequest),
  deregister_table: optional(decodeDeregisterTableRequest),
})

/**
 * Request to atomically commit a batch of table operations.
 * This replaces `BatchCreateTableVersionsRequest` with a more general interface
 * that supports mixed operations (DeclareTable, CreateTableVersion,
 * DeleteTableVersions, DeregisterTable)
 * within a single atomic transaction at the metadata layer.
 *
 * All operations are committed atomically: either all succeed or none are applied.
 */
export interface BatchCommitTablesRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /**
   * List of operations to commit atomically.
   * Supported operation types: DeclareTable, CreateTableVersion,
   * DeleteTableVersions, DeregisterTable.
   */
  readonly operations: readonly CommitTableOperation[]
}

export const decodeBatchCommitTablesRequest: Decoder<BatchCommitTablesRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  operations: required(list(decodeCommitTableOperation)),
})

/**
 * Result of a single operation within a batch commit.
 * Each result corresponds to one operation in the request, in the same order.
 * Exactly one of the result fields will be set.
 */
export interface CommitTableResult {
  /** Result of a DeclareTable operation */
  readonly declare_table?: DeclareTableResponse | undefined
  /** Result of a CreateTableVersion operation */
  readonly create_table_version?: CreateTableVersionResponse | undefined
  /** Result of a DeleteTableVersions operation */
  readonly delete_table_versions?: BatchDeleteTableVersionsResponse | undefined
  /** Result of a DeregisterTable operation */
  readonly deregister_table?: DeregisterTableResponse | undefined
}

export const decodeCommitTableResult: Decoder<CommitTableResult> = record({
  declare_table: optional(decodeDeclareTableResponse),
  create_table_version: optional(decodeCreateTableVersionResponse),
  delete_table_versions: optional(decodeBatchDeleteTableVersionsResponse),
  deregister_table: optional(decodeDeregisterTableResponse),
})

/**
 * Response for a batch commit of table operations.
 * Contains the results of each operation in the same order as the request.
 */
export interface BatchCommitTablesResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier for the batch commit */
  readonly transaction_id?: string | undefined
  /**
   * Results for each operation, in the same order as the request operations.
   * Each result contains the outcome of the corresponding operation.
   */
  readonly results: readonly CommitTableResult[]
}

export const decodeBatchCommitTablesResponse: Decoder<BatchCommitTablesResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  results: required(list(decodeCommitTableResult)),
})
