import { HeadgateError } from '@headgate/errors'
import { isRawNumber, type Json } from '@headgate/json'
import type { Location } from '../storage/location.ts'
import { findUsablePlaces } from '../store/location-claims.ts'
import type { Bodies } from '../store/relation-writes.ts'
import type { Queryable } from '../store/sql.ts'
import { areTaken, type PlaceRights } from './chosen-places.ts'
import { checkLocations, claimOf } from './locations.ts'
import {
  bodiesOf,
  metadataFile,
  type MetadataFile,
  parseMetadataText,
  readMetadataText,
} from './metadata-file.ts'
import { metadataTextOf } from './metadata-text.ts'
import type { CatalogParts } from './parts.ts'
import type { RelationModel } from './relation-model.ts'
import type { Warehouse } from './warehouses.ts'

/** A metadata file that somebody else wrote, read and checked. */
export interface ForeignFile<Metadata> {
  readonly metadata: Metadata
  readonly file: MetadataFile
}

/** A metadata file to register. */
export interface RegisterSource {
  readonly location: string
  readonly placeRights: PlaceRights
  /** Relations that the caller manages: the file may lie in their places. */
  readonly ownerIds: readonly string[]
}

/**
 * Reads a metadata file that is to be registered. Its bytes are served as they are, so that nothing in it is lost.
 *
 * The file must lie in a place of the relation that it replaces, or in one that was granted to a namespace around the
 * relation, or the caller must administer the storage. This is decided on claims before storage is asked, so that no
 * answer tells whether a file exists, or of which kind it is.
 *
 * @throws HeadgateError `forbidden` when the caller may not register files of that place, or it lies outside the warehouse's
 *   allowed locations, `no-such-file`, `bad-request` when it is not Iceberg metadata of this kind, or has numbers such as 1e400
 */
export async function readForeignFile<Metadata>(
  parts: CatalogParts,
  model: RelationModel<Metadata, never, never>,
  warehouse: Warehouse,
  { location, placeRights, ownerIds }: RegisterSource,
): Promise<ForeignFile<Metadata>> {
  const [parsed] = checkLocations(warehouse, [location])
  if (parsed !== undefined) await checkSource(parts.sql, warehouse, parsed, placeRights, ownerIds)
  const text = await readMetadataText(warehouse.storage, location, parts.maxMetadataBytes)
  const json = parseMetadataText(text, location)
  // Programs that read the file as doubles could not write it again.
  if (holdsInfinity(json))
    throw new HeadgateError('bad-request', `The metadata file ${location} holds a number that is too large.`)
  const metadata = model.decodeRegistered(json)
  const bodies = (): Promise<Bodies> => bodiesOf(model, metadata, metadataTextOf(text), parts.rowLimitBytes)
  return { metadata, file: metadataFile({ location, content: text, text }, bodies) }
}

/** @throws HeadgateError `forbidden`, with one message for every reason */
async function checkSource(
  sql: Queryable,
  warehouse: Warehouse,
  location: Location,
  placeRights: PlaceRights,
  ownerIds: readonly string[],
): Promise<void> {
  const claim = claimOf(warehouse, [location])
  const mayRead =
    placeRights.administersStorage ||
    (await findUsablePlaces(sql, ownerIds, placeRights.namespaceIds)).some((place) =>
      claim.places.every((wanted) => wanted.startsWith(place)),
    )
  if (mayRead && !(await areTaken(sql, warehouse, claim, ownerIds))) return
  throw new HeadgateError(
    'forbidden',
    `The metadata file ${location.text} cannot be registered: it lies in a place of another table or view, or in one that is not granted to the namespace. Ask a holder of administer-storage to register it, or to grant its folder to the namespace: headgate namespace grant-location NAMESPACE LOCATION`,
  )
}

/** JSON knows larger numbers than any reader of it. */
function holdsInfinity(value: Json | undefined): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (isRawNumber(value)) return !Number.isFinite(Number(value.rawJSON))
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((member) => holdsInfinity(member))
  )
}
