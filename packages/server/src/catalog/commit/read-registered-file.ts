import { HeadgateError } from '@headgate/errors'
import { isRawNumber, type Json } from '@headgate/json'
import type { Location } from '@headgate/storage'
import { findUsablePlaces } from '../../store/location-claims.ts'
import type { Queryable } from '../../store/sql.ts'
import { areTaken, type LocationRights } from '../chosen-places.ts'
import { checkLocations, toClaimedPlaces } from '../locations.ts'
import { type MetadataFile, parseMetadataText, readMetadataText } from '../metadata-file.ts'
import { toMetadataText } from '../metadata-text.ts'
import type { CatalogDeps } from '../deps.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Warehouse } from '../warehouses.ts'

/** Metadata file that another program wrote. The server has read and checked it. */
export interface RegisteredFile<Metadata> {
  readonly metadata: Metadata
  readonly file: MetadataFile
}

/**
 * Location of a metadata file to register, with the rights of the caller that decide whether it may register
 * the file.
 */
export interface RegisterSource {
  readonly location: string
  readonly locationRights: LocationRights
  /** Ids of relations on which the caller has `manage`. The file may be in a location of these relations. */
  readonly ownerIds: readonly string[]
}

/**
 * Reads a metadata file to register. The server later sends the bytes of the file unchanged, so that no field
 * is lost.
 *
 * The file must be in a location of the relation that it replaces, or in a location that is granted to a
 * namespace of the relation. A caller with `administer-storage` may register other files too. Location claims
 * are checked before storage is read, so that an error does not reveal whether the file exists.
 *
 * @throws HeadgateError `forbidden` when the caller may not register files of that location, or the location
 *   is outside the warehouse's allowed locations; `no-such-file`; `bad-request` when the file is not Iceberg
 *   metadata of this kind, or contains a number such as 1e400
 */
export async function readRegisteredFile<Metadata>(
  deps: CatalogDeps,
  model: RelationModel<Metadata, never, never>,
  warehouse: Warehouse,
  { location, locationRights, ownerIds }: RegisterSource,
): Promise<RegisteredFile<Metadata>> {
  const [parsed] = checkLocations(warehouse, [location])
  if (parsed !== undefined) await checkSource(deps.sql, warehouse, parsed, locationRights, ownerIds)
  const text = await readMetadataText(warehouse.storage, location, deps.maxMetadataBytes)
  const json = parseMetadataText(text, location)
  // Programs that parse JSON numbers as doubles read 1e400 as infinity, which JSON cannot represent, so they could not
  // write the metadata again.
  if (containsInfinity(json)) {
    throw new HeadgateError(
      'bad-request',
      `The metadata file ${location} contains a number that is too large for a double, such as 1e400. Correct the file, then register it again.`,
    )
  }
  const metadata = model.decodeRegistered(json)
  return { metadata, file: { location, content: text, text: toMetadataText(text) } }
}

/**
 * Refuses a metadata file that the caller may not register.
 *
 * @throws HeadgateError `forbidden`. All reasons have the same message, so that it reveals nothing about
 *   other relations
 */
async function checkSource(
  sql: Queryable,
  warehouse: Warehouse,
  location: Location,
  locationRights: LocationRights,
  ownerIds: readonly string[],
): Promise<void> {
  const claim = toClaimedPlaces(warehouse, [location])
  const mayRead =
    locationRights.administersStorage ||
    (await findUsablePlaces(sql, ownerIds, locationRights.namespaceIds)).some((place) =>
      claim.places.every((wanted) => wanted.startsWith(place)),
    )
  if (mayRead && !(await areTaken(sql, warehouse, claim, ownerIds))) return
  throw new HeadgateError(
    'forbidden',
    `The metadata file ${location.text} cannot be registered: its location belongs to another table or view, or was not granted to the namespace. Ask a holder of administer-storage to register it, or to grant its folder to the namespace: headgate namespace grant-location NAMESPACE LOCATION`,
  )
}

/** Returns whether a JSON value contains a number that is too large for a double. */
function containsInfinity(value: Json | undefined): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (isRawNumber(value)) return !Number.isFinite(Number(value.rawJSON))
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((member) => containsInfinity(member))
  )
}
