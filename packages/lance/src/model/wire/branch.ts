// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { int64, map, text, textMap, texts, type Decoder, type StringMap } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface BranchContents {
  /**
   * Name of the branch this branch was created from.
   * Absent when the branch was created from the main branch.
   */
  readonly parentBranch?: string | undefined
  /** Version of the parent (branch or main) this branch was created from */
  readonly parentVersion: Int64
  /** Unix timestamp (in seconds) when the branch was created */
  readonly createAt: Int64
  /** Size of the branch's manifest file in bytes */
  readonly manifestSize: Int64
  /** Key-value metadata associated with the branch */
  readonly metadata?: StringMap | undefined
}

export const decodeBranchContents: Decoder<BranchContents> = record({
  parentBranch: optional(text),
  parentVersion: required(int64),
  createAt: required(int64),
  manifestSize: required(int64),
  metadata: optional(textMap),
})

export interface CreateTableBranchRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Name of the branch to create */
  readonly name: string
  /**
   * Source branch to create the new branch from.
   * When omitted, the new branch is created from the main branch.
   */
  readonly from_branch?: string | undefined
  /**
   * Version of the source (branch or main) to create from.
   * When omitted, the latest version of the source is used.
   */
  readonly from_version?: Int64 | undefined
}

export const decodeCreateTableBranchRequest: Decoder<CreateTableBranchRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  name: required(text),
  from_branch: optional(text),
  from_version: optional(int64),
})

/** Response for create branch operation */
export interface CreateTableBranchResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeCreateTableBranchResponse: Decoder<CreateTableBranchResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

export interface DeleteTableBranchRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Name of the branch to delete */
  readonly name: string
}

export const decodeDeleteTableBranchRequest: Decoder<DeleteTableBranchRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  name: required(text),
})

/** Response for delete branch operation */
export interface DeleteTableBranchResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeDeleteTableBranchResponse: Decoder<DeleteTableBranchResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

export interface ListTableBranchesRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  readonly page_token?: string | null | undefined
  readonly limit?: Int64 | null | undefined
}

export const decodeListTableBranchesRequest: Decoder<ListTableBranchesRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  page_token: optionalOrNull(text),
  limit: optionalOrNull(int64),
})

/** Response containing table branches */
export interface ListTableBranchesResponse {
  readonly context?: Context | undefined
  /** Map of branch names to their contents */
  readonly branches: Readonly<Record<string, BranchContents>>
  readonly page_token?: string | null | undefined
}

export const decodeListTableBranchesResponse: Decoder<ListTableBranchesResponse> = record({
  context: optional(decodeContext),
  branches: required(map(decodeBranchContents)),
  page_token: optionalOrNull(text),
})
