import { isHeadgateError } from '@headgate/errors'
import { canonicalPrefix, contains, type Location, parseLocation } from '@headgate/storage'
import type { Warehouse } from '../management/generated/schemas.ts'

/** Locations at which a warehouse accepts tables and views: the root of its storage, and its allowed locations. */
export interface WarehousePlaces {
  readonly warehouse: string
  readonly root: Location
  readonly allowed: readonly Location[]
}

/**
 * Whether, and by which warehouse of the target server, a location is allowed for tables and views.
 *
 * - `allowed`: the warehouse of the import allows the location; `location` is the root or allowed location that
 * contains it
 * - `other-warehouse`: only another warehouse allows the location
 * - `outside`: no warehouse allows the location
 * - `refused`: no warehouse can allow the location; `reason` is the reason
 * - `unknown`: the caller may not see the settings of the warehouse
 */
export type Cover =
  | {
      readonly type: 'allowed'
      readonly warehouse: string
      readonly location: string
      readonly isRoot: boolean
    }
  | { readonly type: 'other-warehouse'; readonly warehouse: string; readonly location: string }
  | { readonly type: 'outside'; readonly location: string }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'unknown' }

/**
 * Returns the locations that a warehouse allows, or null if this version of the program does not know its type of
 * storage.
 */
export function toWarehousePlaces({
  name,
  storage,
  allowedLocations,
}: StoredWarehouse): WarehousePlaces | null {
  const text = toRoot(storage)
  if (text === null) return null
  const root = parseLocation(text)
  return { warehouse: name, root, allowed: [root, ...allowedLocations.map(parseLocation)] }
}

type StoredWarehouse = Pick<Warehouse, 'name' | 'storage' | 'allowedLocations'>

/**
 * Returns the root of a storage as a location that clients use, such as `s3://bucket/prefix/`. A directory with a
 * bucket name is a bucket for clients.
 */
function toRoot({ type, root, bucket, prefix }: Warehouse['storage']): string | null {
  if (type === 'file' && typeof bucket !== 'string') return typeof root === 'string' ? root : null
  if (typeof bucket !== 'string') return null
  return `s3://${bucket}/${typeof prefix === 'string' ? prefix.replaceAll(/^\/+|\/+$/g, '') : ''}`
}

/**
 * Finds the warehouse of the target server that allows a location.
 *
 * @param own locations that the warehouse of the import allows, or null if they are unknown
 */
export function findCover(
  text: string,
  own: WarehousePlaces | null,
  others: readonly WarehousePlaces[],
): Cover {
  let location: Location
  try {
    location = parseLocation(text)
  } catch (error) {
    if (isHeadgateError(error)) return { type: 'refused', reason: error.message }
    throw error
  }
  if (own === null) return { type: 'unknown' }
  const place = own.allowed.find((allowed) => contains(allowed, location))
  if (place !== undefined && contains(location, own.root)) {
    return {
      type: 'refused',
      reason: `${text} is the root of warehouse ${own.warehouse}, and a table or view must be below the root.`,
    }
  }
  if (place !== undefined) {
    const isRoot = place === own.root
    return { type: 'allowed', warehouse: own.warehouse, location: canonicalPrefix(place), isRoot }
  }
  for (const { warehouse, allowed } of others) {
    const other = allowed.find((each) => contains(each, location))
    if (other !== undefined) return { type: 'other-warehouse', warehouse, location: canonicalPrefix(other) }
  }
  return { type: 'outside', location: canonicalPrefix(location) }
}

const severity: readonly Cover['type'][] = ['allowed', 'unknown', 'other-warehouse', 'outside', 'refused']

/** Returns, from the results for several locations, the one that is the greatest obstacle to the import. */
export function worstCover(covers: readonly Cover[]): Cover {
  return covers.reduce((worst, cover) =>
    severity.indexOf(cover.type) > severity.indexOf(worst.type) ? cover : worst,
  )
}

/** Returns whether a location is inside one of the prefixes. The prefixes must be canonical and end with a slash. */
export function isInside(text: string, prefixes: readonly string[]): boolean {
  const prefix = canonicalPrefix(parseLocation(text))
  return prefixes.some((other) => prefix.startsWith(other))
}
