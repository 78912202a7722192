// Generated from spec/lance/spec.yaml by `npm run lance:model`. Do not edit.

import type { Int64 } from '@headgate/json'
import { int64, lazy, list, text, type Decoder } from '../decode.ts'
import { optional, record, required } from '../record.ts'
import { decodeJsonArrowDataType, type JsonArrowDataType } from './arrow-schema.ts'

/** Well-known partition transform */
export interface PartitionTransform {
  /** Transform type (identity, year, month, day, hour, bucket, multi_bucket, truncate) */
  readonly type: string
  /** Number of buckets for bucket transforms */
  readonly num_buckets?: Int64 | undefined
  /** Truncation width for truncate transforms */
  readonly width?: Int64 | undefined
}

export const decodePartitionTransform: Decoder<PartitionTransform> = record({
  type: required(text),
  num_buckets: optional(int64),
  width: optional(int64),
})

/** Partition field definition */
export interface PartitionField {
  /** Unique identifier for this partition field (must not be renamed) */
  readonly field_id: string
  /** Field IDs of the source fields in the schema */
  readonly source_ids: readonly Int64[]
  /** Well-known partition transform. Exactly one of transform or expression must be specified. */
  readonly transform?: PartitionTransform | undefined
  /**
   * DataFusion SQL expression using col0, col1, ... as column references. Exactly one of transform or
   * expression must be specified.
   */
  readonly expression?: string | undefined
  /** The output type of the partition value (JsonArrowDataType format) */
  readonly result_type: JsonArrowDataType
}

export const decodePartitionField: Decoder<PartitionField> = record({
  field_id: required(text),
  source_ids: required(list(int64)),
  transform: optional(decodePartitionTransform),
  expression: optional(text),
  result_type: required(lazy(() => decodeJsonArrowDataType)),
})

/** Partition spec definition */
export interface PartitionSpec {
  /** The spec version ID */
  readonly id: Int64
  /** Array of partition field definitions */
  readonly fields: readonly PartitionField[]
}

export const decodePartitionSpec: Decoder<PartitionSpec> = record({
  id: required(int64),
  fields: required(list(decodePartitionField)),
})
