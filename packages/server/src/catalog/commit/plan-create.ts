import type { LocationRights } from '../chosen-places.ts'
import { takenError } from '../existing.ts'
import { claimFor } from '../locations.ts'
import { composeMetadataFile, type MetadataFile, type MetadataLimits } from '../metadata-file.ts'
import { checkMetadataPlace } from '../own-places.ts'
import type { RelationModel } from '../relation-model.ts'
import type { ResolvedName } from '../target.ts'
import { unchangedLocations } from './changed-locations.ts'
import type { Plan } from './plan.ts'

/** Request to create a table or view, after the caller was authorized. */
export interface Creation<Metadata> {
  readonly name: ResolvedName
  readonly metadata: Metadata
  readonly id: string
  readonly ownerId: string
  /**
   * Id of the definer of a view. Readers of the view access its tables with the rights of the definer. Null
   * for a table.
   */
  readonly definerId: string | null
  /**
   * Rights of the caller on the locations that the client chose, which are then compared with all location
   * claims. Null when the client chose no location, or when the reservation of a staged table already claims
   * the locations.
   */
  readonly locationRights: LocationRights | null
  /** True when the reservation of a staged table contains the id and the locations of the relation. */
  readonly isReserved: boolean
  /** Existing metadata file to register. Null when the commit writes a new file. */
  readonly file: MetadataFile | null
}

/**
 * Plans the creation of a relation: composes its first metadata file and its row.
 *
 * @throws HeadgateError `already-exists` when the name is in use
 */
export async function planCreate<Metadata>(
  limits: MetadataLimits,
  model: RelationModel<Metadata, never, never>,
  creation: Creation<Metadata>,
): Promise<Plan<Metadata>> {
  const { name, metadata, id, ownerId, definerId, isReserved } = creation
  const { warehouse, identifier, namespaceId } = name
  if (name.relation !== null) throw takenError(model.kind, name.relation.kind, identifier)
  const claim = claimFor(warehouse, model.locations(metadata))
  const file = creation.file ?? (await composeMetadataFile(limits, model, metadata, null))
  // The location of a new metadata file must be within the locations of the table. A registered file is not checked,
  // because it already exists and may be outside of them.
  if (creation.file === null) checkMetadataPlace(file.location, claim.locations)
  return {
    warehouse,
    identifier,
    model,
    metadata,
    file,
    fileExists: creation.file !== null,
    write: {
      type: 'create',
      relation: {
        id,
        warehouseId: warehouse.id,
        namespaceId,
        name: identifier.name,
        kind: model.kind,
        uuid: model.uuid(metadata) ?? id,
        metadataLocation: file.location,
        location: model.location(metadata),
        prefixes: claim.locations,
        places: claim.places,
        storeName: claim.storeName,
        isReserved,
        ownerId,
        definerId,
      },
    },
    ...unchangedLocations,
    chosen: creation.locationRights === null ? null : { ...claim, ...creation.locationRights },
    expired: [],
  }
}
