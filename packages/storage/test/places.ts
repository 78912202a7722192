import { canonicalPrefix } from '../src/location-relations.ts'
import { parseLocation } from '../src/location.ts'
import { placeRules } from '../src/physical-place.ts'

/** Returns the physical places of directories, for database rows that a test inserts itself. */
export function fileTestPlaces(locations: readonly string[]): string[] {
  const { resolvePlace } = placeRules({ type: 'file', root: 'file:///nowhere' }, [])
  return locations.map((text) => resolvePlace(parseLocation(canonicalPrefix(parseLocation(text)))))
}
