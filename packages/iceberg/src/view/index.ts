export {
  metadataFileName as viewMetadataFileName,
  parseMetadataVersion,
  type MetadataCodec,
} from '../metadata/files.ts'
export { applyViewUpdates } from './apply-view-updates.ts'
export { createViewMetadata, type NewView } from './create-view-metadata.ts'
export { decodeRegisteredView } from './decode-registered-view.ts'
export { decodeViewMetadata, encodeViewMetadata } from './decode-view-metadata.ts'
export { decodeViewRequirement, decodeViewUpdate } from './decode-view-update.ts'
export { decodeViewVersion } from './decode-view-version.ts'
export { viewLocations, type ViewLocations } from './locations.ts'
export type { ViewHistoryEntry, ViewMetadata, ViewRepresentation, ViewVersion } from './view-metadata.ts'
export { viewHistorySize, viewMetadataCodec, viewPropertyNames } from './view-properties.ts'
export { checkViewRequirements } from './view-requirements.ts'
export type { ViewRequirement, ViewUpdate } from './view-update.ts'
