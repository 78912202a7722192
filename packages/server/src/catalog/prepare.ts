import { HeadgateError } from '@headgate/errors'
import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { ClaimedPlaces } from '../store/location-claims.ts'
import type { Bodies, NewRelation, Replacement } from '../store/relation-writes.ts'
import { metadataKeyOf } from '../store/relations.ts'
import type { ChosenPlaces, PlaceRights } from './chosen-places.ts'
import { allowedOf, claimFor, claimOf } from './locations.ts'
import { parseLocation } from '../storage/location.ts'
import { composeMetadataFile, type MetadataFile, parseMetadataText } from './metadata-file.ts'
import { checkMetadataPlace, isPlaceWithin, objectWithin, recordedPrefixes } from './own-places.ts'
import type { CatalogParts } from './parts.ts'
import { damagedMetadata } from './recorded-metadata.ts'
import type { RelationModel } from './relation-model.ts'
import { standingOf, type Target } from './target.ts'
import type { Warehouse } from './warehouses.ts'

/** How many of the places that a relation left its storage access goes on reaching. */
const maxLeftPlaces = 6

/** One relation's share of a commit: its metadata file is composed, nothing is written yet. */
export interface Prepared {
  readonly warehouse: Warehouse
  readonly identifier: TableIdentifier
  readonly file: MetadataFile
  /** The file was there before (register): it is neither written nor, when the change fails, deleted. */
  readonly fileExists: boolean
  readonly write:
    | { readonly type: 'create'; readonly relation: Omit<NewRelation, keyof Bodies> }
    | { readonly type: 'replace'; readonly replacement: Omit<Replacement, keyof Bodies> }
  /** Places to record for the relation; null: they have not changed, or the row of a create contains them. */
  readonly recorded: ClaimedPlaces | null
  /** Places that a client chose now, to be compared with all claims; null: none. */
  readonly chosen: ChosenPlaces | null
  /** Metadata files to delete once the commit stands. */
  readonly expired: readonly string[]
  /** Keeps the decoded model for the next commit. */
  remember(digest: string): void
}

export interface CommitRequest<Update, Requirement> {
  readonly requirements: readonly Requirement[]
  readonly updates: readonly Update[]
  /** Of a view: whose rights it lends from now on; absent when what it says is not changed. */
  readonly definerId?: string
  /** Called when a client chose a location. */
  readonly placeRights: () => PlaceRights | Promise<PlaceRights>
}

/** Where decoded metadata is kept between commits, by `metadataKeyOf`: see `ModelCache`. */
export interface Models<Metadata> {
  get(relationId: string, key: string): Metadata | undefined
  add(relationId: string, key: string, metadata: Metadata, textBytes: number): void
}

/**
 * Applies a commit to the current metadata. Null: nothing changes, nothing needs to be written.
 *
 * @throws HeadgateError `commit-failed` when a requirement does not hold, `bad-request` when an update is wrong
 */
export async function prepareReplace<Metadata, Update, Requirement>(
  parts: CatalogParts,
  model: RelationModel<Metadata, Update, Requirement>,
  models: Models<Metadata>,
  target: Target,
  request: CommitRequest<Update, Requirement>,
): Promise<Prepared | null> {
  const { relation, warehouse } = target
  const base = await currentModel(parts, model, models, target)
  model.check(base, request.requirements)
  const { metadata, changed, expired } = model.apply(base, request.updates, {
    now: parts.now(),
    baseLocation: relation.metadataLocation,
  })
  if (!changed) return null
  const uuid = model.uuid(metadata) ?? relation.uuid
  if (uuid !== (model.uuid(base) ?? uuid)) {
    throw new HeadgateError(
      'bad-request',
      `Cannot reassign uuid: the uuid of a ${model.kind} is given when it is created.`,
    )
  }
  const recorded = recordedPrefixes(relation)
  const places = hasMoved(model, target, base, metadata)
    ? await movedPlaces(target, model.locations(metadata), request.placeRights)
    : unmoved
  const file = await composeMetadataFile(parts, model, metadata, relation.metadataLocation)
  checkMetadataPlace(file.location, places.recorded?.locations ?? recorded)
  return {
    warehouse,
    identifier: target.identifier,
    file,
    fileExists: false,
    write: {
      type: 'replace',
      replacement: {
        standing: standingOf(target),
        uuid,
        metadataLocation: file.location,
        location: model.location(metadata),
        definerId: request.definerId ?? null,
      },
    },
    ...places,
    // The metadata log is content that a client can choose: it does not permit to delete anything outside.
    expired: expired.filter((file) => objectWithin(file, allowedOf(warehouse, recorded)) !== null),
    remember(digest) {
      const key = metadataKeyOf({ id: relation.id, digest, metadataLocation: file.location })
      models.add(relation.id, key, metadata, file.text.length)
    },
  }
}

const unmoved = { recorded: null, chosen: null }

/**
 * Returns what a relation with other locations claims. Only places outside of those that it has already are compared with
 * the claims of others, so that one whose places overlap from before can still be changed.
 */
export async function movedPlaces(
  target: Target,
  locations: readonly string[],
  rights: CommitRequest<never, never>['placeRights'],
): Promise<Pick<Prepared, 'recorded' | 'chosen'>> {
  const { warehouse, relation } = target
  const recorded = claimFor(warehouse, [...locations, ...leftPlaces(target)])
  const known = recordedPrefixes(relation)
  const added = recorded.locations.filter((location) => !known.some((prefix) => location.startsWith(prefix)))
  if (added.length === 0) return { recorded, chosen: null }
  const chosen = claimOf(warehouse, added.map(parseLocation))
  return { recorded, chosen: { ...chosen, ...(await rights()) } }
}

/**
 * Returns whether a commit needs a new claim: it changes locations, or its metadata has locations that the relation's
 * row does not record. The row decides, not the base, whose text may come from storage.
 */
function hasMoved<Metadata>(
  model: Pick<RelationModel<Metadata, never, never>, 'location' | 'locations'>,
  { relation }: Target,
  base: Metadata,
  metadata: Metadata,
): boolean {
  const before = model.locations(base)
  const after = model.locations(metadata)
  const recorded = recordedPrefixes(relation)
  return (
    after.length !== before.length ||
    after.some((location, index) => location !== before[index]) ||
    model.location(metadata) !== relation.location ||
    !after.every((location) => isPlaceWithin(location, recorded))
  )
}

/**
 * Returns the prefixes that the relation used before, the latest first: earlier snapshots name files there. Their number
 * is limited, because they are sealed into credentials and written into policies, which have little room.
 */
export function leftPlaces({ relation, warehouse }: Target): string[] {
  return allowedOf(warehouse, recordedPrefixes(relation)).slice(0, maxLeftPlaces)
}

/**
 * Returns the decoded current metadata of a relation.
 *
 * @throws HeadgateError `damaged-metadata` when it is not that of the relation's row
 */
async function currentModel<Metadata>(
  parts: CatalogParts,
  model: Pick<RelationModel<Metadata, never, never>, 'decode' | 'uuid'>,
  models: Models<Metadata>,
  target: Target,
): Promise<Metadata> {
  const { relation } = target
  const key = metadataKeyOf(relation)
  const cached = models.get(relation.id, key)
  if (cached !== undefined) return cached
  const text = await parts.bodies.plain(target, relation, 'all')
  const metadata = model.decode(parseMetadataText(text, relation.metadataLocation))
  if ((model.uuid(metadata) ?? relation.uuid) !== relation.uuid) throw damagedMetadata(relation)
  models.add(relation.id, key, metadata, text.length)
  return metadata
}
