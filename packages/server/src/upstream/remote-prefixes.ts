import { HeadgateError } from '@headgate/errors'
import { canonicalPrefix, parseLocation } from '@headgate/storage'

/** Prefixes by the locations of cached metadata, which each load of a table needs. */
const knownPrefixes = new WeakMap<readonly string[], readonly string[]>()

/**
 * Returns the locations in the metadata of an upstream catalog's table as canonical prefixes, each ending in
 * `/`.
 *
 * @throws HeadgateError `bad-gateway` for a location that this server does not support
 */
export function remotePrefixes(locations: readonly string[]): readonly string[] {
  const known = knownPrefixes.get(locations)
  if (known !== undefined) return known
  try {
    const prefixes = toPrefixes(locations)
    knownPrefixes.set(locations, prefixes)
    return prefixes
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
