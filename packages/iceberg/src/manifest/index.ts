export { AvroError } from '../avro/avro-error.ts'
export type { AvroLimits } from '../avro/container.ts'
export type { ColumnMap } from './column-map.ts'
export { readManifest } from './read-manifest.ts'
export { readManifestList } from './read-manifest-list.ts'
export type {
  ContentFile,
  EntryStatus,
  FieldSummary,
  FileContent,
  ManifestContent,
  ManifestEntry,
  ManifestFile,
  PartitionValue,
  PartitionValues,
} from './types.ts'
