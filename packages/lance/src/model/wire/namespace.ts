// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { int64, text, textMap, texts, type Decoder, type OpenEnum, type StringMap } from '../decode.ts'
import { optional, optionalOrNull, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface CreateNamespaceRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * There are three modes when trying to create a namespace,
   * to differentiate the behavior when a namespace of the same name already exists.
   * Case insensitive, supports both PascalCase and snake_case. Valid values are:
   *   * Create: the operation fails with 409.
   *   * ExistOk: the operation succeeds and the existing namespace is kept.
   *   * Overwrite: the existing namespace is dropped and a new empty namespace with this name is created.
   */
  readonly mode?: OpenEnum<'Create' | 'ExistOk' | 'Overwrite'> | undefined
  /** Properties stored on the namespace, if supported by the implementation. */
  readonly properties?: StringMap | undefined
}

export const decodeCreateNamespaceRequest: Decoder<CreateNamespaceRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  mode: optional(text),
  properties: optional(textMap),
})

export interface CreateNamespaceResponse {
  readonly context?: Context | undefined
  /** Optional transaction identifier */
  readonly transaction_id?: string | undefined
  /**
   * Properties after the namespace is created.
   *
   * If the server does not support namespace properties, it should return null for this field.
   * If namespace properties are supported, but none are set, it should return an empty object.
   */
  readonly properties?: StringMap | undefined
}

export const decodeCreateNamespaceResponse: Decoder<CreateNamespaceResponse> = record({
  context: optional(decodeContext),
  transaction_id: optional(text),
  properties: optional(textMap),
})

export interface ListNamespacesRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  readonly page_token?: string | null | undefined
  readonly limit?: Int64 | null | undefined
}

export const decodeListNamespacesRequest: Decoder<ListNamespacesRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  page_token: optionalOrNull(text),
  limit: optionalOrNull(int64),
})

export interface ListNamespacesResponse {
  readonly context?: Context | undefined
  /** The list of names of the child namespaces relative to the parent namespace `id` in the request. */
  readonly namespaces: readonly string[]
  readonly page_token?: string | null | undefined
}

export const decodeListNamespacesResponse: Decoder<ListNamespacesResponse> = record({
  context: optional(decodeContext),
  namespaces: required(texts),
  page_token: optionalOrNull(text),
})

export interface DescribeNamespaceRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
}

export const decodeDescribeNamespaceRequest: Decoder<DescribeNamespaceRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
})

export interface DescribeNamespaceResponse {
  readonly context?: Context | undefined
  /**
   * Properties stored on the namespace, if supported by the server. If the server does not support namespace
   * properties, it should return null for this field. If namespace properties are supported, but none are
   * set, it should return an empty object.
   */
  readonly properties?: StringMap | null | undefined
}

export const decodeDescribeNamespaceResponse: Decoder<DescribeNamespaceResponse> = record({
  context: optional(decodeContext),
  properties: optionalOrNull(textMap),
})

export interface DropNamespaceRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /**
   * The mode for dropping a namespace, deciding the server behavior when the namespace to drop is not found.
   * Case insensitive, supports both PascalCase and snake_case. Valid values are:
   * - Fail (default): the server must return 400 indicating the namespace to drop does not exist.
   * - Skip: the server must return 204 indicating the drop operation has succeeded.
   */
  readonly mode?: OpenEnum<'Fail' | 'Skip'> | undefined
  /**
   * The behavior for dropping a namespace.
   * Case insensitive, supports both PascalCase and snake_case. Valid values are:
   * - Restrict (default): the namespace should not contain any table or child namespace when drop is
   * initiated.
   *     If tables are found, the server should return error and not drop the namespace.
   * - Cascade: all tables and child namespaces in the namespace are dropped before the namespace is dropped.
   */
  readonly behavior?: OpenEnum<'Restrict' | 'Cascade'> | undefined
}

export const decodeDropNamespaceRequest: Decoder<DropNamespaceRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  mode: optional(text),
  behavior: optional(text),
})

export interface DropNamespaceResponse {
  readonly context?: Context | undefined
  /**
   * If the implementation does not support namespace properties, it should return null for this field.
   * Otherwise it should return the properties.
   */
  readonly properties?: StringMap | undefined
  /** If present, indicating the operation is long running and should be tracked using DescribeTransaction */
  readonly transaction_id?: readonly string[] | undefined
}

export const decodeDropNamespaceResponse: Decoder<DropNamespaceResponse> = record({
  context: optional(decodeContext),
  properties: optional(textMap),
  transaction_id: optional(texts),
})

export interface NamespaceExistsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
}

export const decodeNamespaceExistsRequest: Decoder<NamespaceExistsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
})

/**
 * Response for a namespace existence check.
 *
 * The REST namespace does not transmit this object directly (see the NamespaceExists
 * operation for how the status-code response maps to it). It is the standard data model
 * for the LanceNamespace interfaces (e.g. Java, Python).
 */
export interface NamespaceExistsResponse {
  readonly context?: Context | undefined
}

export const decodeNamespaceExistsResponse: Decoder<NamespaceExistsResponse> = record({
  context: optional(decodeContext),
})
