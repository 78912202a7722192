// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { int64, text, texts, type Decoder } from '../decode.ts'
import { optional, record, required } from '../record.ts'
import { decodeContext, decodeIdentity, type Context, type Identity } from './common.ts'

export interface TableBasicStats {
  /** Number of deleted rows in the table */
  readonly num_deleted_rows: Int64
  /** Number of fragments in the table */
  readonly num_fragments: Int64
}

export const decodeTableBasicStats: Decoder<TableBasicStats> = record({
  num_deleted_rows: required(int64),
  num_fragments: required(int64),
})

export interface GetTableStatsRequest {
  readonly identity?: Identity | undefined
  readonly context?: Context | undefined
  readonly id?: readonly string[] | undefined
  /** Branch to target. When not specified, the main branch is used. */
  readonly branch?: string | undefined
}

export const decodeGetTableStatsRequest: Decoder<GetTableStatsRequest> = record({
  identity: optional(decodeIdentity),
  context: optional(decodeContext),
  id: optional(texts),
  branch: optional(text),
})

export interface FragmentSummary {
  readonly min: Int64
  readonly max: Int64
  readonly mean: Int64
  readonly p25: Int64
  readonly p50: Int64
  readonly p75: Int64
  readonly p99: Int64
}

export const decodeFragmentSummary: Decoder<FragmentSummary> = record({
  min: required(int64),
  max: required(int64),
  mean: required(int64),
  p25: required(int64),
  p50: required(int64),
  p75: required(int64),
  p99: required(int64),
})

export interface FragmentStats {
  /** The number of fragments in the table */
  readonly num_fragments: Int64
  /** The number of uncompacted fragments in the table */
  readonly num_small_fragments: Int64
  /** Statistics on the number of rows in the table fragments */
  readonly lengths: FragmentSummary
}

export const decodeFragmentStats: Decoder<FragmentStats> = record({
  num_fragments: required(int64),
  num_small_fragments: required(int64),
  lengths: required(decodeFragmentSummary),
})

export interface GetTableStatsResponse {
  readonly context?: Context | undefined
  /** The total number of bytes in the table */
  readonly total_bytes: Int64
  /** The number of rows in the table */
  readonly num_rows: Int64
  /** The number of indices in the table */
  readonly num_indices: Int64
  /** Statistics on table fragments */
  readonly fragment_stats: FragmentStats
}

export const decodeGetTableStatsResponse: Decoder<GetTableStatsResponse> = record({
  context: optional(decodeContext),
  total_bytes: required(int64),
  num_rows: required(int64),
  num_indices: required(int64),
  fragment_stats: required(decodeFragmentStats),
})
