import { tableLocations } from '@headgate/iceberg/metadata'
import type { RestCatalog, TableIdentifier } from '@headgate/iceberg/client'
import { viewLocations } from '@headgate/iceberg/view'

export type RelationKind = 'table' | 'view'

/** State of a table or view in the source or the target catalog. */
export interface RelationState {
  readonly kind: RelationKind
  /** Uuid in the metadata, or null, because tables of format version 1 can have none. */
  readonly uuid: string | null
  /** Location of the metadata file, or null if the catalog does not return it. */
  readonly metadataLocation: string | null
  /** Locations of earlier metadata files in the log of a table's metadata. Empty for views. */
  readonly earlierFiles: readonly string[]
  /**
   * Absolute locations that the metadata contains: of the table or view and of its metadata and data. Relative
   * locations are omitted.
   */
  readonly locations: readonly string[]
}

/** Loads a table or view from a catalog and returns its state. Does not read the storage. */
export async function readRelation(
  catalog: RestCatalog,
  kind: RelationKind,
  identifier: TableIdentifier,
): Promise<RelationState> {
  if (kind === 'view') {
    const { metadata, metadataLocation } = await catalog.loadView(identifier)
    const locations = viewLocations(metadata).all.filter(isAbsolute)
    return { kind, uuid: metadata['view-uuid'], metadataLocation, earlierFiles: [], locations }
  }
  const table = await catalog.loadTable(identifier, { accessDelegation: [], snapshots: 'refs' })
  const { metadata, metadataLocation } = table
  return {
    kind,
    uuid: metadata['table-uuid'] ?? null,
    metadataLocation,
    earlierFiles: metadata['metadata-log'].map((entry) => entry['metadata-file']),
    locations: tableLocations(metadata).all.filter(isAbsolute),
  }
}

const isAbsolute = (location: string): boolean => /^[a-z][a-z0-9+.-]*:/i.test(location)
