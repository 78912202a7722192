import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, type Location, parseLocation, parseObjectLocation } from '@headgate/storage'

/** Returns the recorded locations in the row of a relation. They are canonical and end in `/`. */
export function recordedPrefixes({ prefixes }: { readonly prefixes: string }): readonly string[] {
  return prefixes === '' ? [] : prefixes.split('\n')
}

/**
 * Returns whether a location is equal to or within one of these canonical locations. Returns false for a
 * malformed location.
 */
export function isPlaceWithin(location: string, prefixes: readonly string[]): boolean {
  const parsed = parsedOrNull(parseLocation, location)
  return parsed !== null && isWithin(canonicalPrefix(parsed), prefixes)
}

/**
 * Parses the location of a file. Returns null when the location is malformed, or is not within one of these
 * canonical locations.
 */
export function objectWithin(file: string, prefixes: readonly string[]): Location | null {
  const parsed = parsedOrNull(parseObjectLocation, file)
  return parsed !== null && isWithin(parsed.canonical, prefixes) ? parsed : null
}

/**
 * Checks that a metadata file is within the recorded locations of its relation.
 *
 * @throws HeadgateError `internal` when it is not
 */
export function checkMetadataPlace(file: string, prefixes: readonly string[]): void {
  if (objectWithin(file, prefixes) !== null) return
  throw new HeadgateError(
    'internal',
    'The metadata file would be outside the recorded locations of the table or view.',
  )
}

function isWithin(canonical: string, prefixes: readonly string[]): boolean {
  return prefixes.some((prefix) => canonical.startsWith(prefix))
}

function parsedOrNull(parse: (text: string) => Location, text: string): Location | null {
  try {
    return parse(text)
  } catch {
    return null
  }
}
