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
 * Maximum number of locations that are granted to one namespace. Each check of a chosen location reads all granted
 * locations.
 */
const maxLocations = 100

/** Location that can be granted to a namespace, with the physical place to which it resolves. */
export interface GrantableLocation {
  /** Canonical location that ends in `/`. */
  readonly location: string
  readonly place: PhysicalPlace
  /** Name of the store to which the place belongs, or null when the store has no name. */
  readonly storeName: string | null
}

/**
 * Checks that a location can be granted to a namespace of the warehouse.
 *
 * @throws HeadgateError `bad-request` when it is malformed, or is or contains the root of the warehouse; `forbidden` when
 *   it is outside the warehouse's allowed locations
 */
export function grantableLocation(warehouse: Warehouse, text: string): GrantableLocation {
  checkLocations(warehouse, [text])
  const location = parseLocation(text)
  const { resolvePlace, storeName } = warehouse
  return { location: canonicalPrefix(location), place: resolvePlace(location), storeName }
}

/**
 * Allows tables and views of a namespace and its child namespaces to use a location that contains files. Returns false
 * when the location was granted before. The grant belongs to the id of the namespace and is deleted with the namespace.
 *
 * @throws HeadgateError `conflict` when the namespace has the maximum number of locations
 * @throws Stale when the namespace was dropped, or the store was renamed, meanwhile
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
 * Revokes the grant of exactly this location. Existing tables in the location are not affected. Returns false when the
 * location is not granted. A grant can be revoked even if the location is no longer an allowed location of the
 * warehouse.
 *
 * @throws HeadgateError `bad-request` when the location is malformed
 */
export async function revokeLocation(tx: Queryable, { row }: FoundNamespace, text: string): Promise<boolean> {
  return deleteNamespaceLocation(tx, row.id, canonicalPrefix(parseLocation(text)))
}
