import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, parseLocation } from '@headgate/storage'

/** Returns the locations in metadata of the upstream as prefixes. */
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
