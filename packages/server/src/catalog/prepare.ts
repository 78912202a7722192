import { HeadgateError } from '@headgate/errors'
import type { TableIdentifier } from '@headgate/iceberg/rest'
import type { Claim } from '../store/locations.ts'
import type { Bodies, NewRelation, Replacement } from '../store/relation-writes.ts'
import { allowedOf, claimFor } from './locations.ts'
import { contains } from '../storage/location-relations.ts'
import { parseLocation, parseObjectLocation } from '../storage/location.ts'
import { composeMetadataFile, type MetadataFile, parseMetadataText } from './metadata-file.ts'
import type { CatalogParts } from './parts.ts'
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
  /** Locations to check against those of all others; null when they are unguessable or have not changed. */
  readonly claim: Claim | null
  /** Metadata files to delete once the commit stands. */
  readonly expired: readonly string[]
  /** Keeps the decoded model for the next commit. */
  remember(): void
}

export interface CommitRequest<Update, Requirement> {
  readonly requirements: readonly Requirement[]
  readonly updates: readonly Update[]
  /** Of a view: whose rights it lends from now on; absent when what it says is not changed. */
  readonly definerId?: string
}

/** Where decoded metadata is kept between commits: see `ModelCache`. */
export interface Models<Metadata> {
  get(relationId: string, location: string): Metadata | undefined
  add(relationId: string, location: string, metadata: Metadata, textBytes: number): void
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
  const before = model.locations(base)
  const after = model.locations(metadata)
  const moved = after.length !== before.length || after.some((location, index) => location !== before[index])
  const claim = moved ? claimFor(warehouse, [...after, ...leftPlaces(target)]) : null
  const file = await composeMetadataFile(parts, model, metadata, relation.metadataLocation)
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
    claim,
    expired: expired.filter((file) => isWithin(file, after)),
    remember: () => models.add(relation.id, file.location, metadata, file.text.length),
  }
}

/**
 * Places that storage access goes on reaching, the latest first: snapshots of before name files there. There is an end to
 * them, because they are sealed into keys and written into policies, which have little room.
 */
export function leftPlaces({ relation, warehouse }: Target): string[] {
  return allowedOf(warehouse, relation.prefixes.split('\n')).slice(0, maxLeftPlaces)
}

/**
 * Whether a file lies in one of these places. The metadata log of a registered table may name anything, and is no
 * permission to delete it.
 */
function isWithin(file: string, locations: readonly string[]): boolean {
  try {
    const object = parseObjectLocation(file)
    return locations.some((location) => contains(parseLocation(location), object))
  } catch {
    return false
  }
}

/** The decoded current metadata of a relation. */
async function currentModel<Metadata>(
  parts: CatalogParts,
  model: Pick<RelationModel<Metadata, never, never>, 'decode'>,
  models: Models<Metadata>,
  target: Target,
): Promise<Metadata> {
  const { relation } = target
  const cached = models.get(relation.id, relation.metadataLocation)
  if (cached !== undefined) return cached
  const text = await parts.bodies.plain(target, relation, 'all')
  const metadata = model.decode(parseMetadataText(text, relation.metadataLocation))
  models.add(relation.id, relation.metadataLocation, metadata, text.length)
  return metadata
}
