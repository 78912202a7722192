import { HeadgateError } from '@headgate/errors'
import type { Policy } from '../../access/policy.ts'
import { selectAllowed } from '../locations.ts'
import type { CatalogDeps } from '../deps.ts'
import { composeMetadataFile } from '../metadata-file.ts'
import { checkMetadataPlace, objectWithin, recordedPrefixes } from '../own-places.ts'
import type { RelationModel } from '../relation-model.ts'
import { toRowVersion, type Target } from '../target.ts'
import { changesLocations, planLocations, unchangedLocations } from './changed-locations.ts'
import { currentMetadata } from './current-metadata.ts'
import type { Models, Plan } from './plan.ts'

/** Requirements and updates of a commit. */
export interface CommitRequest<Update, Requirement> {
  readonly requirements: readonly Requirement[]
  readonly updates: readonly Update[]
}

/** Commit to an existing relation, with the policy and the new definer. */
export interface UpdatesRequest<Update, Requirement> extends CommitRequest<Update, Requirement> {
  /** Policy with which the caller was authorized. */
  readonly policy: Policy
  /** Id of the principal that becomes the definer of a view. Null when the commit does not change the definer. */
  readonly definerId: string | null
}

/**
 * Applies a commit to the current metadata of a relation. Returns null when the commit changes nothing.
 *
 * @throws HeadgateError `commit-failed` when a requirement does not hold, `bad-request` when an update is invalid
 */
export async function planUpdates<Metadata, Update, Requirement>(
  deps: CatalogDeps,
  model: RelationModel<Metadata, Update, Requirement>,
  models: Models<Metadata>,
  target: Target,
  { requirements, updates, policy, definerId }: UpdatesRequest<Update, Requirement>,
): Promise<Plan<Metadata> | null> {
  const { relation, warehouse, identifier } = target
  const base = await currentMetadata(deps, model, models, target)
  model.check(base, requirements)
  const { metadata, changed, expired } = model.apply(base, updates, {
    now: deps.now(),
    baseLocation: relation.metadataLocation,
  })
  if (!changed) return null
  // The metadata of an old table contains no uuid, so a commit may set one.
  const uuid = model.uuid(metadata) ?? relation.uuid
  if (uuid !== (model.uuid(base) ?? uuid)) {
    throw new HeadgateError(
      'bad-request',
      `Cannot reassign uuid: the uuid of a ${model.kind} is set when it is created. Remove the update.`,
    )
  }
  const prefixes = recordedPrefixes(relation)
  const locations = changesLocations(model, target, base, metadata)
    ? planLocations(target, model.locations(metadata), policy)
    : unchangedLocations
  const file = await composeMetadataFile(deps, model, metadata, relation.metadataLocation)
  checkMetadataPlace(file.location, locations.recorded?.locations ?? prefixes)
  return {
    warehouse,
    identifier,
    model,
    metadata,
    file,
    fileExists: false,
    write: {
      type: 'replace',
      replacement: {
        rowVersion: toRowVersion(target),
        uuid,
        metadataLocation: file.location,
        location: model.location(metadata),
        definerId,
      },
    },
    ...locations,
    // Clients can write any location into the metadata log, so only files inside the recorded locations of the table
    // are deleted.
    expired: expired.filter((file) => objectWithin(file, selectAllowed(warehouse, prefixes)) !== null),
  }
}
