import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, contains } from '../storage/location-relations.ts'
import { shown } from '../storage/location-text.ts'
import { type Location, parseLocation } from '../storage/location.ts'
import { ancestorPlaces } from '../storage/physical-place.ts'
import type { ClaimedPlaces } from '../store/location-claims.ts'
import type { Warehouse } from './warehouses.ts'

/** Returns a random location below the warehouse's root: it outlives renames, and cannot be guessed. */
export function defaultLocation(warehouse: Warehouse): string {
  return `${warehouse.root.replace(/\/+$/, '')}/${randomUUID()}`
}

/**
 * Checks locations before anything is written there, read from there or handed out for them.
 *
 * @throws HeadgateError `bad-request` when one is malformed or takes the warehouse's whole place, `forbidden` when one
 *   lies outside the warehouse's allowed locations
 */
export function checkLocations(warehouse: Warehouse, locations: readonly string[]): Location[] {
  const parsed = locations.map(parseLocation)
  for (const location of parsed) checkOne(warehouse, location)
  return parsed
}

/** Returns the locations that the warehouse allows now. */
export function allowedOf({ places }: Pick<Warehouse, 'places'>, locations: readonly string[]): string[] {
  return locations.filter((text) => {
    const location = parseLocation(text)
    return !contains(location, places[0]) && places.some((place) => contains(place, location))
  })
}

function checkOne({ name, places }: Warehouse, location: Location): void {
  if (contains(location, places[0])) {
    throw new HeadgateError(
      'bad-request',
      `A location must lie below the warehouse's own, not be it or hold it: ${shown(location.text)}`,
    )
  }
  if (places.some((place) => contains(place, location))) return
  throw new HeadgateError(
    'forbidden',
    `Location is outside of what warehouse ${name} allows: ${shown(location.text)}. Leave it out, or add it to the warehouse's allowed locations.`,
  )
}

/** Returns all locations of one relation as what it claims. No location lies inside another. */
export function claimFor(warehouse: Warehouse, locations: readonly string[]): ClaimedPlaces {
  const parsed = checkLocations(warehouse, locations)
  return claimOf(
    warehouse,
    parsed.filter((location, index) =>
      parsed.every(
        (other, at) =>
          at === index || !contains(other, location) || (contains(location, other) && index < at),
      ),
    ),
  )
}

/** Returns locations with their physical places. */
export function claimOf(
  { placeOf }: Pick<Warehouse, 'placeOf'>,
  locations: readonly Location[],
): ClaimedPlaces {
  const places = locations.map(placeOf)
  return {
    locations: locations.map(canonicalPrefix),
    places,
    ancestors: [...new Set(places.flatMap(ancestorPlaces))],
  }
}
