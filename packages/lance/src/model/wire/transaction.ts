// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import { list, text, textMap, texts, type Decoder, type OpenEnum, type StringMap } from '../decode.ts'
import { optional, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

/**
 * The status of a transaction.
 * Case insensitive, supports both PascalCase and snake_case. Valid values are:
 * - Queued: the transaction is queued and not yet started
 * - Running: the transaction is currently running
 * - Succeeded: the transaction has completed successfully
 * - Failed: the transaction has failed
 * - Canceled: the transaction was canceled
 */
export type TransactionStatus = OpenEnum<'Queued' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled'>

export const decodeTransactionStatus: Decoder<TransactionStatus> = text

export interface DescribeTransactionRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
}

export const decodeDescribeTransactionRequest: Decoder<DescribeTransactionRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
})

export interface DescribeTransactionResponse {
  readonly context?: Context | undefined
  readonly status: TransactionStatus
  readonly properties?: StringMap | undefined
}

export const decodeDescribeTransactionResponse: Decoder<DescribeTransactionResponse> = record({
  context: optional(decodeContext),
  status: required(decodeTransactionStatus),
  properties: optional(textMap),
})

export interface AlterTransactionSetStatus {
  readonly status?: TransactionStatus | undefined
}

export const decodeAlterTransactionSetStatus: Decoder<AlterTransactionSetStatus> = record({
  status: optional(decodeTransactionStatus),
})

/**
 * The behavior if the property key already exists.
 * Case insensitive, supports both PascalCase and snake_case. Valid values are:
 * - Overwrite (default): overwrite the existing value with the provided value
 * - Fail: fail the entire operation
 * - Skip: keep the existing value and skip setting the provided value
 */
export type SetPropertyMode = OpenEnum<'Overwrite' | 'Fail' | 'Skip'>

export const decodeSetPropertyMode: Decoder<SetPropertyMode> = text

export interface AlterTransactionSetProperty {
  readonly key?: string | undefined
  readonly value?: string | undefined
  readonly mode?: SetPropertyMode | undefined
}

export const decodeAlterTransactionSetProperty: Decoder<AlterTransactionSetProperty> = record({
  key: optional(text),
  value: optional(text),
  mode: optional(decodeSetPropertyMode),
})

/**
 * The behavior if the property key to unset does not exist.
 * Case insensitive, supports both PascalCase and snake_case. Valid values are:
 * - Skip (default): skip the property to unset
 * - Fail: fail the entire operation
 */
export type UnsetPropertyMode = OpenEnum<'Skip' | 'Fail'>

export const decodeUnsetPropertyMode: Decoder<UnsetPropertyMode> = text

export interface AlterTransactionUnsetProperty {
  readonly key?: string | undefined
  readonly mode?: UnsetPropertyMode | undefined
}

export const decodeAlterTransactionUnsetProperty: Decoder<AlterTransactionUnsetProperty> = record({
  key: optional(text),
  mode: optional(decodeUnsetPropertyMode),
})

/**
 * A single action that could be performed to alter a transaction.
 * This action holds the model definition for all types of specific actions models,
 * this is to minimize difference and compatibility issue across codegen in different languages.
 * When used, only one of the actions should be non-null for each action.
 * If you would like to perform multiple actions, set a list of actions in the AlterTransactionRequest.
 */
export interface AlterTransactionAction {
  readonly setStatusAction?: AlterTransactionSetStatus | undefined
  readonly setPropertyAction?: AlterTransactionSetProperty | undefined
  readonly unsetPropertyAction?: AlterTransactionUnsetProperty | undefined
}

export const decodeAlterTransactionAction: Decoder<AlterTransactionAction> = record({
  setStatusAction: optional(decodeAlterTransactionSetStatus),
  setPropertyAction: optional(decodeAlterTransactionSetProperty),
  unsetPropertyAction: optional(decodeAlterTransactionUnsetProperty),
})

/**
 * Alter a transaction with a list of actions.
 * The server should either succeed and apply all actions, or fail and apply no action.
 */
export interface AlterTransactionRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  readonly actions: readonly AlterTransactionAction[]
}

export const decodeAlterTransactionRequest: Decoder<AlterTransactionRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  actions: required(list(decodeAlterTransactionAction)),
})

export interface AlterTransactionResponse {
  readonly context?: Context | undefined
  readonly status: TransactionStatus
  readonly properties?: StringMap | undefined
}

export const decodeAlterTransactionResponse: Decoder<AlterTransactionResponse> = record({
  context: optional(decodeContext),
  status: required(decodeTransactionStatus),
  properties: optional(textMap),
})
