import type { ViewMetadata } from './view-metadata.ts'
import { ownProperty, viewPropertyNames } from './view-properties.ts'

/** Where a view's files are. */
export interface ViewLocations {
  readonly location: string
  /** `write.metadata.path`; null: metadata files are under `<location>/metadata`. */
  readonly metadataPath: string | null
  /** Each location the view names: all of them must be checked before anything is written. */
  readonly all: readonly string[]
}

/** Where a view says that its files are and will be. */
export function viewLocations({ location, properties }: ViewMetadata): ViewLocations {
  const metadataPath = ownProperty(properties, viewPropertyNames.metadataPath) ?? null
  return { location, metadataPath, all: [...new Set([location, metadataPath ?? location])] }
}
