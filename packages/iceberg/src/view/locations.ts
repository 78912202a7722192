import type { ViewMetadata } from './view-metadata.ts'
import { ownProperty, viewPropertyNames } from './view-properties.ts'

/** Locations in which the files of a view are stored. */
export interface ViewLocations {
  readonly location: string
  /** Value of `write.metadata.path`, or null if metadata files are in `<location>/metadata`. */
  readonly metadataPath: string | null
  /** All locations in the metadata. The caller must check that all of them are allowed before it writes a file. */
  readonly all: readonly string[]
}

/** Returns the locations in which the files of a view are stored. */
export function viewLocations({ location, properties }: ViewMetadata): ViewLocations {
  const metadataPath = ownProperty(properties, viewPropertyNames.metadataPath) ?? null
  return { location, metadataPath, all: [...new Set([location, metadataPath ?? location])] }
}
