import type { Policy } from '../../access/policy.ts'
import type { MetadataFile } from '../metadata-file.ts'
import type { RelationModel } from '../relation-model.ts'
import { toRowVersion, type Target } from '../target.ts'
import { planLocations } from './changed-locations.ts'
import type { Plan } from './plan.ts'

/** Replacement of a table's metadata file by an existing file (registerTable with overwrite). */
export interface Repointing<Metadata> {
  readonly target: Target
  readonly metadata: Metadata
  readonly file: MetadataFile
  /** Policy with which the caller was authorized. */
  readonly policy: Policy
}

/** Plans to replace the metadata file of a table. */
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
        // Only a view has a definer, and a view cannot be registered with overwrite.
        definerId: null,
      },
    },
    ...planLocations(target, model.locations(metadata), policy),
    expired: [],
  }
}
