import type { Policy } from '../../access/policy.ts'
import type { MetadataFile } from '../metadata-file.ts'
import type { RelationModel } from '../relation-model.ts'
import { toRowVersion, type Target } from '../target.ts'
import { planLocations } from './changed-locations.ts'
import type { Plan } from './plan.ts'

/** Replacement of a table's metadata file by another existing file (registerTable with `overwrite`). */
export interface Repointing<Metadata> {
  readonly target: Target
  readonly metadata: Metadata
  readonly file: MetadataFile
  /** Policy with which the caller was authorized. */
  readonly policy: Policy
}

/** Plans the replacement of a table's metadata file by another existing file. */
export function planRepoint<Metadata>(
  model: RelationModel<Metadata, never, never>,
  { target, metadata, file, policy }: Repointing<Metadata>,
): Plan<Metadata> {
  const { relation, warehouse, identifier } = target
  return {
    warehouse,
    identifier,
    model,
    metadata,
    file,
    fileExists: true,
    write: {
      type: 'replace',
      replacement: {
        rowVersion: toRowVersion(target),
        uuid: relation.uuid,
        metadataLocation: file.location,
        location: model.location(metadata),
        // Only views have a definer, and registration with `overwrite` is not possible for views.
        definerId: null,
      },
    },
    ...planLocations(target, model.locations(metadata), policy),
    expired: [],
  }
}
