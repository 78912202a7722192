import type { JsonObject } from '@headgate/json'

/** One field of a partition spec. Sources are either one column (`source-id`) or, since format 3, several. */
export interface PartitionField extends JsonObject {
  readonly name: string
  readonly transform: string
  readonly 'source-id'?: number
  readonly 'source-ids'?: readonly number[]
  /** Always there in the metadata of a table; a request may leave it to the catalog. */
  readonly 'field-id'?: number
}

/** How rows are grouped into files. */
export interface PartitionSpec extends JsonObject {
  readonly 'spec-id': number
  readonly fields: readonly PartitionField[]
}
