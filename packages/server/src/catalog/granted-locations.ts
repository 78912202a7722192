import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, parseLocation, type PhysicalPlace } from '@headgate/storage'
import {
  deleteNamespaceLocation,
  insertNamespaceLocation,
  listNamespaceLocations,
} from '../store/namespace-locations.ts'
import type { Queryable } from '../store/sql.ts'
import { checkLocations } from './locations.ts'
import type { FoundNamespace } from './namespaces.ts'
import { Stale } from './stale.ts'
import type { Warehouse } from './warehouses.ts'

/**
 * Maximum number of locations that can be granted to one namespace. It is limited because the check of a
 * chosen location reads all of them.
 */
const maxLocations = 100

/** Location that can be granted to a namespace, with its physical location. */
export interface GrantableLocation {
  /** Canonical location, ending in `/`. */
  readonly location: string
  readonly place: PhysicalPlace
  /** Name of the store that the physical location is on. Null when the store has no name. */
  readonly storeName: string | null
}

/**
 * Checks that a location can be granted to a namespace of the warehouse.
 *
 * @throws HeadgateError `bad-request` when the location is malformed, or is equal to or contains the root of
 *   the warehouse; `forbidden` when it is outside the allowed locations of the warehouse
 */
export function grantableLocation(warehouse: Warehouse, text: string): GrantableLocation {
  checkLocations(warehouse, [text])
  const location = parseLocation(text)
  const { resolvePlace, storeName } = warehouse
  return { location: canonicalPrefix(location), place: resolvePlace(location), storeName }
}

/**
 * Allows the tables and views of a namespace and of its child namespaces to use a location that already
 * contains files. Returns false when the location was already granted to the namespace. The grant refers to
 * the id of the namespace, and is deleted with the namespace.
 *
 * @throws HeadgateError `conflict` when the namespace has the maximum number of granted locations
 * @throws Stale when the namespace was dropped or the store was renamed in the meantime
 */
export async function grantLocation(
  tx: Queryable,
  { row }: FoundNamespace,
  location: GrantableLocation,
): Promise<boolean> {
  const granted = await insertNamespaceLocation(tx, row.id, location)
  if (granted === null) throw new Stale()
  const locations = await listNamespaceLocations(tx, row.id, { after: null, limit: maxLocations + 1 })
  if (locations.length > maxLocations) {
    throw new HeadgateError(
      'conflict',
      `The namespace has ${maxLocations} granted locations, which is the limit. Grant one location that contains several of these locations, or revoke locations with "headgate namespace revoke-location".`,
    )
  }
  return granted
}

/**
 * Revokes the grant of a location to a namespace. Returns false when exactly this location is not granted.
 * Does not affect existing tables at the location. Also works when the location is no longer an allowed
 * location of the warehouse.
 *
 * @throws HeadgateError `bad-request` when the location is malformed
 */
export async function revokeLocation(tx: Queryable, { row }: FoundNamespace, text: string): Promise<boolean> {
  return deleteNamespaceLocation(tx, row.id, canonicalPrefix(parseLocation(text)))
}
