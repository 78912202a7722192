import type { ViewMetadata } from './view-metadata.ts'
import { ownProperty, viewPropertyNames } from './view-properties.ts'

/** Locations of the files of a view. */
export interface ViewLocations {
  readonly location: string
  /** Value of `write.metadata.path`, or null if metadata files are in `<location>/metadata`. */
  readonly metadataPath: string | null
  /** All locations in the metadata. The caller must check that all of them are allowed before it writes a file. */
  readonly all: readonly string[]
}

/** Returns the locations of the files of a view. */
export function viewLocations({ location, properties }: ViewMetadata): ViewLocations {
  const metadataPath = ownProperty(properties, viewPropertyNames.metadataPath) ?? null
  return { location, metadataPath, all: [...new Set([location, metadataPath ?? location])] }
}
