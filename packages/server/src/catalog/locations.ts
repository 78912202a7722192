import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import {
  ancestorPlaces,
  canonicalPrefix,
  contains,
  type Location,
  parseLocation,
  shown,
} from '@headgate/storage'
import type { ClaimedPlaces } from '../store/location-claims.ts'
import { probeFolder } from './store-probe.ts'
import type { Warehouse } from './warehouses.ts'

/**
 * Returns a random location below the root of the warehouse. It does not contain the name of the table, so a
 * rename does not make it misleading. As it is random, clients cannot guess it.
 */
export function defaultLocation(warehouse: Warehouse): string {
  return `${warehouse.root.replace(/\/+$/, '')}/${randomUUID()}`
}

/**
 * Checks locations before the server reads or writes files in these locations, or issues credentials for
 * them.
 *
 * @throws HeadgateError `bad-request` when a location is malformed or contains the root of the warehouse,
 *   `forbidden` when a location is outside the warehouse's allowed locations
 */
export function checkLocations(warehouse: Warehouse, locations: readonly string[]): Location[] {
  const parsed = locations.map(parseLocation)
  for (const location of parsed) checkOne(warehouse, location)
  return parsed
}

/**
 * Returns those of the locations that are within the root or the current allowed locations of the warehouse.
 */
export function selectAllowed(
  { rootAndAllowed }: Pick<Warehouse, 'rootAndAllowed'>,
  locations: readonly string[],
): string[] {
  return locations.filter((text) => {
    const location = parseLocation(text)
    return (
      !contains(location, rootAndAllowed[0]) && rootAndAllowed.some((allowed) => contains(allowed, location))
    )
  })
}

function checkOne({ name, rootAndAllowed }: Warehouse, location: Location): void {
  if (contains(location, rootAndAllowed[0])) {
    throw new HeadgateError(
      'bad-request',
      `Location ${shown(location.text)} is or contains the root of the warehouse: choose one below the root.`,
    )
  }
  if (canonicalPrefix(location).startsWith(probeFolder(canonicalPrefix(rootAndAllowed[0])))) {
    throw new HeadgateError(
      'bad-request',
      `Location ${shown(location.text)} is in the folder for the test objects of \`headgate warehouse check\`. Choose another location.`,
    )
  }
  if (rootAndAllowed.some((allowed) => contains(allowed, location))) return
  throw new HeadgateError(
    'forbidden',
    `Location ${shown(location.text)} is outside the allowed locations of warehouse ${name}. Omit it, or add it: headgate warehouse update ${name} --allow LOCATION`,
  )
}

/**
 * Returns the locations that one relation claims, with their physical locations. Omits locations inside
 * another location of the same relation.
 */
export function claimFor(warehouse: Warehouse, locations: readonly string[]): ClaimedPlaces {
  const parsed = checkLocations(warehouse, locations)
  return toClaimedPlaces(
    warehouse,
    parsed.filter((location, index) =>
      parsed.every(
        (other, at) =>
          at === index || !contains(other, location) || (contains(location, other) && index < at),
      ),
    ),
  )
}

/** Returns a location claim for the locations: each location with its physical location. */
export function toClaimedPlaces(
  { resolvePlace, storeName }: Pick<Warehouse, 'resolvePlace' | 'storeName'>,
  locations: readonly Location[],
): ClaimedPlaces {
  const places = locations.map(resolvePlace)
  return {
    locations: locations.map(canonicalPrefix),
    places,
    ancestors: [...new Set(places.flatMap(ancestorPlaces))],
    storeName,
  }
}
