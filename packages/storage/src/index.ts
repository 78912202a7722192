export { awsDomain, awsHost, isAws } from './aws-domain.ts'
export { resolveRange } from './byte-range.ts'
export { temporaryPrefix } from './durable-write.ts'
export { type ConnectionRules, EndpointGuard, type EndpointRules } from './endpoint-guard.ts'
export { checkEndpointName } from './endpoint-names.ts'
export { fileModes } from './file-modes.ts'
export { makeRoots } from './file-roots.ts'
export { FileStorage } from './file.ts'
export { canonicalPrefix, contains } from './location-relations.ts'
export { shown } from './location-text.ts'
export { type Location, parseLocation, parseObjectLocation, parsePrefix } from './location.ts'
export { isLoopback } from './loopback.ts'
export { ManyPlaces, type StoragePlace } from './many-places.ts'
export { openStorage } from './open-storage.ts'
export {
  ancestorPlaces,
  type PhysicalPlace,
  type ResolvePlace,
  type PlaceRule,
  placeRules,
} from './physical-place.ts'
export { StorageRegistry } from './registry.ts'
export { Relabelled } from './relabelled.ts'
export { withRetries } from './retry.ts'
export type { S3Keys } from './s3-options.ts'
export { isOutcomeUnknown, StorageWriteError, systemCode } from './storage-errors.ts'
export {
  type FileStorageProfile,
  parseStorageProfile,
  type S3StorageProfile,
  type StorageProfile,
} from './storage-profile.ts'
export type {
  Body,
  ByteRange,
  CallOptions,
  CompletedPart,
  DeleteFailure,
  ListEntry,
  ObjectInfo,
  PartInfo,
  PutOptions,
  Storage,
  StorageCapabilities,
  StoredObject,
  WriteCondition,
} from './storage.ts'
export { storeIdentity, unnamedStoreIdentity } from './store-identity.ts'
export { type OpenedForCall, s3Capabilities, StorageOnDemand } from './storage-on-demand.ts'
export { splitBlocks, toChunks, collect } from './streams.ts'
export { maxParts } from './upload-parts.ts'
export { compareUtf8 } from './utf8-order.ts'
