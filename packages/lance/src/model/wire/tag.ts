// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { int64, map, text, texts, type Decoder } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface GetTableTagVersionRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Name of the tag to get version for */
  readonly tag: string
}

export const decodeGetTableTagVersionRequest: Decoder<GetTableTagVersionRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  tag: required(text),
})

export interface GetTableTagVersionResponse {
  readonly context?: Context | undefined
  /** version number that the tag points to */
  readonly version: Int64
  /**
   * Branch the tag's version lives on.
   * Absent when the tag points to the main branch.
   */
  readonly branch?: string | undefined
}

export const decodeGetTableTagVersionResponse: Decoder<GetTableTagVersionResponse> = record({
  context: optional(decodeContext),
  version: required(int64),
  branch: optional(text),
})

export interface CreateTableTagRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Name of the tag to create */
  readonly tag: string
  /** Version number for the tag to point to */
  readonly version: Int64
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
}

export const decodeCreateTableTagRequest: Decoder<CreateTableTagRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  tag: required(text),
  version: required(int64),
  branch: optional(text),
})

/** Response for create tag operation */
export interface CreateTableTagResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeCreateTableTagResponse: Decoder<CreateTableTagResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

export interface DeleteTableTagRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Name of the tag to delete */
  readonly tag: string
}

export const decodeDeleteTableTagRequest: Decoder<DeleteTableTagRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  tag: required(text),
})

/** Response for delete tag operation */
export interface DeleteTableTagResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeDeleteTableTagResponse: Decoder<DeleteTableTagResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

export interface UpdateTableTagRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Name of the tag to update */
  readonly tag: string
  /** New version number for the tag to point to */
  readonly version: Int64
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
}

export const decodeUpdateTableTagRequest: Decoder<UpdateTableTagRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  tag: required(text),
  version: required(int64),
  branch: optional(text),
})

/** Response for update tag operation */
export interface UpdateTableTagResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
}

export const decodeUpdateTableTagResponse: Decoder<UpdateTableTagResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
})

export interface ListTableTagsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  /** The table identifier */
  readonly id?: readonly string[] | undefined
  readonly page_token?: string | null | undefined
  readonly limit?: Int64 | null | undefined
}

export const decodeListTableTagsRequest: Decoder<ListTableTagsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  page_token: optionalOrNull(text),
  limit: optionalOrNull(int64),
})

export interface TagContents {
  /** Branch name that the tag was created on (if any) */
  readonly branch?: string | undefined
  /** Version number that the tag points to */
  readonly version: Int64
  /** Size of the manifest file in bytes */
  readonly manifestSize: Int64
}

export const decodeTagContents: Decoder<TagContents> = record({
  branch: optional(text),
  version: required(int64),
  manifestSize: required(int64),
})

/** Response containing table tags */
export interface ListTableTagsResponse {
  readonly context?: Context | undefined
  /** Map of tag names to their contents */
  readonly tags: Readonly<Record<string, TagContents>>
  readonly page_token?: string | null | undefined
}

export const decodeListTableTagsResponse: Decoder<ListTableTagsResponse> = record({
  context: optional(decodeContext),
  tags: required(map(decodeTagContents)),
  page_token: optionalOrNull(text),
})
