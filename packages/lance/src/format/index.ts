export type { Fragment } from './fragment.ts'
export type { IndexEntry } from './index-entry.ts'
export { toJsonArrowSchema } from './json-arrow-schema.ts'
export {
  ManifestError,
  readManifest,
  readManifestHead,
  type Manifest,
  type ManifestHead,
} from './manifest.ts'
export type { ManifestField } from './manifest-field.ts'
export { manifestName, parseManifestName, type ManifestName, type NamingScheme } from './manifest-name.ts'
