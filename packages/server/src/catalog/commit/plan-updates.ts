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
import type { DecodedMetadata, Plan } from './plan.ts'

/** Requirements and updates of a commit. */
export interface CommitRequest<Update, Requirement> {
  readonly requirements: readonly Requirement[]
  readonly updates: readonly Update[]
}

/** Commit to an existing relation, with the policy of the caller and the new definer of a view. */
export interface UpdatesRequest<Update, Requirement> extends CommitRequest<Update, Requirement> {
  /** Policy with which the caller was authorized. */
  readonly policy: Policy
  /**
   * Id of the principal that becomes the definer of the view. Null when the definer does not change, and for
   * tables.
   */
  readonly definerId: string | null
}

/**
 * Plans a commit to an existing relation: applies its updates to the current metadata. Returns null when the
 * updates change nothing.
 *
 * @throws HeadgateError `commit-failed` when a requirement is not met, `bad-request` when an update is
 *   invalid
 */
export async function planUpdates<Metadata, Update, Requirement>(
  deps: CatalogDeps,
  model: RelationModel<Metadata, Update, Requirement>,
  decoded: DecodedMetadata<Metadata>,
  target: Target,
  { requirements, updates, policy, definerId }: UpdatesRequest<Update, Requirement>,
): Promise<Plan<Metadata> | null> {
  const { relation, warehouse, identifier } = target
  const base = await currentMetadata(deps, model, decoded, target)
  model.check(base, requirements)
  const { metadata, changed, expired } = model.apply(base, updates, {
    now: deps.now(),
    baseLocation: relation.metadataLocation,
  })
  if (!changed) return null
  // The metadata of an old table may contain no UUID. The commit may then assign one.
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
    // Clients can write any location into the metadata log. Only files within the recorded locations of the
    // table are deleted.
    expired: expired.filter((old) => objectWithin(old, selectAllowed(warehouse, prefixes)) !== null),
  }
}
