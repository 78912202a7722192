import type { JsonObject } from '@headgate/json'

/**
 * Field of a partition spec. It has one source column (`source-id`) or, from format 3, several source columns
 * (`source-ids`).
 */
export interface PartitionField extends JsonObject {
  readonly name: string
  readonly transform: string
  readonly 'source-id'?: number
  readonly 'source-ids'?: readonly number[]
  /** Id of the field. Always present in the metadata of a table. Requests may omit it. */
  readonly 'field-id'?: number
}

/** Partition spec: the fields by whose values rows are grouped into files. */
export interface PartitionSpec extends JsonObject {
  readonly 'spec-id': number
  readonly fields: readonly PartitionField[]
}
