import { tableLocations } from '@headgate/iceberg/metadata'
import type { RestCatalog, TableIdentifier } from '@headgate/iceberg/client'
import { viewLocations } from '@headgate/iceberg/view'

export type RelationKind = 'table' | 'view'

/** State of a table or view in one of the two catalogs. */
export interface RelationState {
  readonly kind: RelationKind
  /** Uuid in the metadata. Null: a table of format 1 without one. */
  readonly uuid: string | null
  /** Location of the metadata file. Null: the catalog does not name it. */
  readonly metadataLocation: string | null
  /** Earlier metadata files that the metadata lists. Views list none. */
  readonly earlierFiles: readonly string[]
  /** Locations of files that the metadata names, without relative ones. */
  readonly locations: readonly string[]
}

/** Loads the state of a table or view, without storage access. */
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
