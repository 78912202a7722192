import { metadataKeyOf, type RelationKind } from '../store/relations.ts'
import type { Riders } from '../store/riders.ts'
import { isViolation } from '../store/violation.ts'
import { missingNamespace, takenError, uuidTakenError } from './existing.ts'
import type { PlaceRights } from './chosen-places.ts'
import { claimFor } from './locations.ts'
import { composeMetadataFile, type MetadataFile } from './metadata-file.ts'
import { checkMetadataPlace } from './own-places.ts'
import type { CatalogParts } from './parts.ts'
import type { Models, Prepared } from './prepare.ts'
import type { RelationModel } from './relation-model.ts'
import { Stale } from './stale.ts'
import { swap } from './swap.ts'
import type { Place } from './target.ts'

export interface Creation<Metadata> {
  readonly place: Place
  readonly metadata: Metadata
  readonly id: string
  readonly ownerId: string
  /** Of a view: whose rights it lends. */
  readonly definerId?: string
  /** Set when a client chose a location, which is then compared with all claims. Null: all locations are random or reserved. */
  readonly placeRights: PlaceRights | null
  /** The id and the locations were reserved by a staged create. */
  readonly isReserved?: boolean
  /** An existing metadata file to point to (register); else one is written. */
  readonly file?: MetadataFile
}

/** Composes the first metadata file and row of a relation; writes nothing. */
export async function prepareCreate<Metadata>(
  parts: CatalogParts,
  model: RelationModel<Metadata, never, never>,
  models: Models<Metadata>,
  creation: Creation<Metadata>,
): Promise<Prepared> {
  const { place, metadata, id, ownerId } = creation
  const { warehouse } = place
  if (place.relation !== null) throw takenError(model.kind, place.relation.kind, place.identifier)
  const claim = claimFor(warehouse, model.locations(metadata))
  const file = creation.file ?? (await composeMetadataFile(parts, model, metadata, null))
  // A registered file is not written, and may lie beside the locations of its table.
  if (creation.file === undefined) checkMetadataPlace(file.location, claim.locations)
  return {
    warehouse,
    identifier: place.identifier,
    file,
    fileExists: creation.file !== undefined,
    write: {
      type: 'create',
      relation: {
        id,
        warehouseId: warehouse.id,
        namespaceId: place.namespaceId,
        name: place.identifier.name,
        kind: model.kind,
        uuid: model.uuid(metadata) ?? id,
        metadataLocation: file.location,
        location: model.location(metadata),
        prefixes: claim.locations,
        places: claim.places,
        isReserved: creation.isReserved ?? false,
        ownerId,
        definerId: creation.definerId ?? null,
      },
    },
    recorded: null,
    chosen: creation.placeRights === null ? null : { ...claim, ...creation.placeRights },
    expired: [],
    remember(digest) {
      const key = metadataKeyOf({ id, digest, metadataLocation: file.location })
      models.add(id, key, metadata, file.text.length)
    },
  }
}

/** A relation that was created. */
export interface Created {
  readonly file: MetadataFile
  /** The `metadataKeyOf` its row. */
  readonly metadataKey: string
}

/** Creates the relation, or throws what its caller is told: 409 when the name was taken meanwhile, 404 when the namespace went. */
export async function createRelation<Metadata>(
  parts: CatalogParts,
  model: RelationModel<Metadata, never, never>,
  models: Models<Metadata>,
  creation: Creation<Metadata>,
  riders: Riders,
): Promise<Created> {
  const prepared = await prepareCreate(parts, model, models, creation)
  try {
    await swap(parts, [prepared], riders)
  } catch (error) {
    throw creationError(error, model.kind, creation.place)
  }
  const { file } = prepared
  const { digest } = await file.bodies()
  return { file, metadataKey: metadataKeyOf({ id: creation.id, digest, metadataLocation: file.location }) }
}

/** What a violation of the store means for a create. */
export function creationError(error: unknown, kind: RelationKind, place: Place): unknown {
  // Taken meanwhile: the next look says by what, which decides the message.
  if (isViolation(error, 'relation_name')) return new Stale()
  // The same staged create was committed twice at once, and the other one has the reserved id.
  if (isViolation(error, 'relation_pkey')) return new Stale()
  if (isViolation(error, 'relation_warehouse_id_uuid_key')) return uuidTakenError(kind, place.identifier)
  if (isViolation(error, 'relation_namespace_id_fkey')) return missingNamespace(place.identifier.namespace)
  return error
}
