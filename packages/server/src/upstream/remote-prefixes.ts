import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, parseLocation } from '@headgate/storage'

/**
 * Returns the locations in the metadata of an upstream catalog's table as canonical prefixes, each ending in
 * `/`.
 *
 * @throws HeadgateError `bad-gateway` for a location that this server does not support
 */
export function remotePrefixes(locations: readonly string[]): string[] {
  try {
    return toPrefixes(locations)
  } catch (cause) {
    throw new HeadgateError(
      'bad-gateway',
      'The metadata of the upstream names a location that this server does not support.',
      { cause },
    )
  }
}

/** Returns locations as canonical prefixes, each ending in `/`. Locations inside another one are omitted. */
export function toPrefixes(locations: readonly string[]): string[] {
  const prefixes = [...new Set(locations.map((location) => canonicalPrefix(parseLocation(location))))]
  return prefixes.filter((prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)))
}
