export { applyTableUpdates, type AppliedUpdates, type ApplyContext } from './apply.ts'
export { createTableMetadata, type CreateTable } from './create.ts'
export {
  parseMetadataCodec,
  metadataFileName,
  parseMetadataVersion,
  tableLocations,
  type MetadataCodec,
  type TableLocations,
} from './files.ts'
export { decodePartitionSpec } from './partition/decode-spec.ts'
export type { PartitionField, PartitionSpec } from './partition/types.ts'
export { referencedSnapshotsOnly } from './referenced-snapshots.ts'
export { checkTableRequirements } from './requirement/check-requirements.ts'
export { decodeTableRequirement } from './requirement/decode-requirement.ts'
export type { TableRequirement, TableRequirementType } from './requirement/types.ts'
export { decodeNewSchema } from './schema/decode-new-schema.ts'
export { decodeSchema } from './schema/decode-schema.ts'
export { encodeSchema } from './schema/encode-schema.ts'
export { assignFreshIds, type FreshSchema } from './schema/fresh-ids.ts'
export { parsePrimitive, type Primitive, type PrimitiveKind } from './schema/primitive.ts'
export { sameSchema } from './schema/same-schema.ts'
export { schemaIndex, type IndexedField, type SchemaIndex } from './schema/schema-index.ts'
export type { ListType, MapType, NestedField, Schema, StructType, Type } from './schema/types.ts'
export type { Snapshot, SnapshotLogEntry, SnapshotRef } from './snapshot/types.ts'
export { decodeSortOrder } from './sort/decode-order.ts'
export type { SortField, SortOrder } from './sort/types.ts'
export type { BlobMetadata, PartitionStatisticsFile, StatisticsFile } from './statistics/types.ts'
export { decodeRegisteredTable } from './table/decode-registered-table.ts'
export { decodeTableMetadata } from './table/decode-table.ts'
export { encodeTableMetadata } from './table/encode-table.ts'
export { stringifyTableMetadata, tableTextPieces } from './table/stringify-table.ts'
export type { TextPiece } from './table/text-pieces.ts'
export {
  SUPPORTED_FORMAT_VERSION,
  type EncryptedKey,
  type FormatVersion,
  type MetadataLogEntry,
  type TableMetadata,
} from './types.ts'
export { decodeTableUpdate } from './update/decode-update.ts'
export type { TableUpdate, TableUpdateAction } from './update/types.ts'
