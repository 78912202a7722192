import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, type Location, parseLocation, parseObjectLocation } from '@headgate/storage'

/** Returns the recorded prefixes of a relation's row: canonical, each ending in `/`. */
export function recordedPrefixes({ prefixes }: { readonly prefixes: string }): readonly string[] {
  return prefixes === '' ? [] : prefixes.split('\n')
}

/** Returns whether a location is one of these canonical prefixes or is below one. False for malformed text. */
export function isPlaceWithin(location: string, prefixes: readonly string[]): boolean {
  const parsed = parsedOrNull(parseLocation, location)
  return parsed !== null && isWithin(canonicalPrefix(parsed), prefixes)
}

/** Returns the parsed location of an object below one of these canonical prefixes. Null for any other text. */
export function objectWithin(file: string, prefixes: readonly string[]): Location | null {
  const parsed = parsedOrNull(parseObjectLocation, file)
  return parsed !== null && isWithin(parsed.canonical, prefixes) ? parsed : null
}

/**
 * Refuses to write a metadata file outside of a relation's own prefixes.
 *
 * @throws HeadgateError `internal`
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
