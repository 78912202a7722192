import type { Int64, JsonObject } from '@headgate/json'

/** Description of one blob in a Puffin statistics file. */
export interface BlobMetadata extends JsonObject {
  readonly type: string
  readonly 'snapshot-id': Int64
  readonly 'sequence-number': Int64
  readonly fields: readonly number[]
  readonly properties?: Readonly<Record<string, string>>
}

/** A Puffin file with statistics of a snapshot. Sizes are in bytes. */
export interface StatisticsFile extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly 'statistics-path': string
  readonly 'file-size-in-bytes': Int64
  readonly 'file-footer-size-in-bytes': Int64
  readonly 'blob-metadata': readonly BlobMetadata[]
}

/** A file with statistics by partition. Its size is in bytes. */
export interface PartitionStatisticsFile extends JsonObject {
  readonly 'snapshot-id': Int64
  readonly 'statistics-path': string
  readonly 'file-size-in-bytes': Int64
}
