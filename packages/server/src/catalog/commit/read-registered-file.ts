import { HeadgateError } from '@headgate/errors'
import { isRawNumber, type Json } from '@headgate/json'
import type { Location } from '@headgate/storage'
import { findUsablePlaces } from '../../store/location-claims.ts'
import type { Queryable } from '../../store/sql.ts'
import { areTaken, type LocationRights } from '../chosen-places.ts'
import { checkLocations, claimOf } from '../locations.ts'
import { type MetadataFile, parseMetadataText, readMetadataText } from '../metadata-file.ts'
import { metadataTextOf } from '../metadata-text.ts'
import type { CatalogDeps } from '../deps.ts'
import type { RelationModel } from '../relation-model.ts'
import type { Warehouse } from '../warehouses.ts'

/** A metadata file that another program wrote, read and checked. */
export interface RegisteredFile<Metadata> {
  readonly metadata: Metadata
  readonly file: MetadataFile
}

/** Location of a metadata file to register, and the rights that decide whether it may be. */
export interface RegisterSource {
  readonly location: string
  readonly locationRights: LocationRights
  /** Relations that the caller manages: the file may lie in their places. */
  readonly ownerIds: readonly string[]
}

/**
 * Reads a metadata file to register. The server serves its bytes unchanged, so that no field is lost.
 *
 * The file must lie in a place of the relation that it replaces, or in one that was granted to a namespace around the
 * relation, or the caller must administer the storage. This is decided on claims before storage is read, so that no
 * error tells whether a file exists, or of which kind it is.
 *
 * @throws HeadgateError `forbidden` when the caller may not register files of that place, or it lies outside the warehouse's
 *   allowed locations, `no-such-file`, `bad-request` when it is not Iceberg metadata of this kind, or has numbers such as 1e400
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
  // Programs that parse numbers as doubles cannot write such a number again.
  if (holdsInfinity(json))
    throw new HeadgateError('bad-request', `The metadata file ${location} holds a number that is too large.`)
  const metadata = model.decodeRegistered(json)
  return { metadata, file: { location, content: text, text: metadataTextOf(text) } }
}

/** @throws HeadgateError `forbidden`, with one message for every reason */
async function checkSource(
  sql: Queryable,
  warehouse: Warehouse,
  location: Location,
  locationRights: LocationRights,
  ownerIds: readonly string[],
): Promise<void> {
  const claim = claimOf(warehouse, [location])
  const mayRead =
    locationRights.administersStorage ||
    (await findUsablePlaces(sql, ownerIds, locationRights.namespaceIds)).some((place) =>
      claim.places.every((wanted) => wanted.startsWith(place)),
    )
  if (mayRead && !(await areTaken(sql, warehouse, claim, ownerIds))) return
  throw new HeadgateError(
    'forbidden',
    `The metadata file ${location.text} cannot be registered: it lies in a place of another table or view, or in one that is not granted to the namespace. Ask a holder of administer-storage to register it, or to grant its folder to the namespace: headgate namespace grant-location NAMESPACE LOCATION`,
  )
}

/** Returns whether a number is too large for a double. JSON can contain such numbers. */
function holdsInfinity(value: Json | undefined): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  if (isRawNumber(value)) return !Number.isFinite(Number(value.rawJSON))
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).some((member) => holdsInfinity(member))
  )
}
