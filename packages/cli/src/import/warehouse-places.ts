import { isHeadgateError } from '@headgate/errors'
import { canonicalPrefix, contains, type Location, parseLocation } from '@headgate/storage'
import type { Warehouse } from '../management/generated/schemas.ts'

/** Places where a warehouse allows tables and views: its root, and its allowed locations. */
export interface WarehousePlaces {
  readonly warehouse: string
  readonly root: Location
  readonly allowed: readonly Location[]
}

/**
 * Relation of a location to the warehouses of the target.
 *
 * - `allowed`: the warehouse of the import allows it; `location` is its root or allowed location
 * - `other-warehouse`: only another warehouse allows it
 * - `outside`: no warehouse allows it; `location` is its store and bucket
 * - `refused`: no warehouse can allow it, for the reason
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

/** Returns the places of a warehouse, or null when its storage is of a kind that this version does not know. */
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

/** Returns the root of a storage as clients see it: a directory with a bucket name is a bucket. */
function toRoot({ type, root, bucket, prefix }: Warehouse['storage']): string | null {
  if (type === 'file' && typeof bucket !== 'string') return typeof root === 'string' ? root : null
  if (typeof bucket !== 'string') return null
  return `s3://${bucket}/${typeof prefix === 'string' ? prefix.replaceAll(/^\/+|\/+$/g, '') : ''}`
}

/**
 * Finds the warehouse that allows a location.
 *
 * @param own places of the warehouse of the import; null: unknown
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
    return { type: 'refused', reason: `${text} is the root of warehouse ${own.warehouse}.` }
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

/** Returns the cover that prevents the import, or else one that allows it. */
export function worstCover(covers: readonly Cover[]): Cover {
  return covers.reduce((worst, cover) =>
    severity.indexOf(cover.type) > severity.indexOf(worst.type) ? cover : worst,
  )
}

/** Returns whether a location is inside one of the prefixes, which are canonical and end in a slash. */
export function isInside(text: string, prefixes: readonly string[]): boolean {
  const prefix = canonicalPrefix(parseLocation(text))
  return prefixes.some((other) => prefix.startsWith(other))
}
