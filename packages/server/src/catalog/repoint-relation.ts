import { metadataKeyOf } from '../store/relations.ts'
import type { Riders } from '../store/riders.ts'
import type { PlaceRights } from './chosen-places.ts'
import type { MetadataFile } from './metadata-file.ts'
import type { CatalogParts } from './parts.ts'
import { movedPlaces, type Models } from './prepare.ts'
import type { RelationModel } from './relation-model.ts'
import { swap } from './swap.ts'
import { standingOf, type Target } from './target.ts'

export interface Repointing<Metadata> {
  readonly target: Target
  readonly metadata: Metadata
  readonly file: MetadataFile
  readonly placeRights: () => PlaceRights | Promise<PlaceRights>
}

/** Moves the pointer of a relation to a metadata file that exists (register with overwrite). */
export async function repoint<Metadata>(
  parts: CatalogParts,
  model: RelationModel<Metadata, never, never>,
  models: Models<Metadata>,
  { target, metadata, file, placeRights }: Repointing<Metadata>,
  riders: Riders,
): Promise<void> {
  const { relation, warehouse } = target
  const prepared = {
    warehouse,
    identifier: target.identifier,
    file,
    fileExists: true,
    write: {
      type: 'replace',
      replacement: {
        standing: standingOf(target),
        uuid: relation.uuid,
        metadataLocation: file.location,
        location: model.location(metadata),
        // Views are never registered over others.
        definerId: null,
      },
    },
    ...(await movedPlaces(target, model.locations(metadata), placeRights)),
    expired: [],
    remember(digest: string) {
      const key = metadataKeyOf({ id: relation.id, digest, metadataLocation: file.location })
      models.add(relation.id, key, metadata, file.text.length)
    },
  } as const
  await swap(parts, [prepared], riders)
}
