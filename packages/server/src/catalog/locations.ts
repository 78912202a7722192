import { randomUUID } from 'node:crypto'
import { HeadgateError } from '@headgate/errors'
import { ancestorPrefixes, canonicalPrefix, contains } from '../storage/location-relations.ts'
import { shown } from '../storage/location-text.ts'
import { type Location, parseLocation } from '../storage/location.ts'
import { type Claim, overlapsOthers } from '../store/locations.ts'
import type { Queryable } from '../store/sql.ts'
import type { Warehouse } from './warehouses.ts'

/** A location nobody can guess, in the warehouse's own place: a name in it would outlive a rename and tell secrets. */
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

/** Those that the warehouse allows now. */
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

/** The same for all locations of one relation, as what it wants to have for itself: no prefix lies inside another. */
export function claimFor(warehouse: Warehouse, locations: readonly string[]): Claim {
  const parsed = checkLocations(warehouse, locations)
  return claimOf(
    parsed.filter((location, index) =>
      parsed.every(
        (other, at) =>
          at === index || !contains(other, location) || (contains(location, other) && index < at),
      ),
    ),
  )
}

/** Locations in the terms of the store's overlap check. */
export function claimOf(locations: readonly Location[]): Claim {
  return {
    prefixes: locations.map(canonicalPrefix),
    ancestors: [...new Set(locations.flatMap(ancestorPrefixes))],
  }
}

/** Whether another relation has a place that overlaps these. Nothing is reserved: whoever writes looks again under the lock. */
export function areTaken(sql: Queryable, relationId: string, prefixes: readonly string[]): Promise<boolean> {
  return overlapsOthers(sql, relationId, claimOf(prefixes.map(parseLocation)))
}

/** What a caller is told about an overlap: not with whom. */
export function overlapError(): HeadgateError {
  return new HeadgateError(
    'bad-request',
    'Location overlaps with that of another table or view, or of a dropped one that can still be restored: choose another one, or leave it out.',
  )
}
