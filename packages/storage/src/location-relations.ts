import type { Location } from './location.ts'

/**
 * Returns the canonical form of a location with a final `/`. The result is a prefix of each location inside this
 * location, and not of its siblings.
 */
export function canonicalPrefix(location: Location): string {
  return location.canonical.endsWith('/') ? location.canonical : `${location.canonical}/`
}

/**
 * Returns the canonical prefixes of the locations that contain a location, outermost first, without the location
 * itself.
 *
 * @example `ancestorPrefixes(parseLocation('s3://b/wh/t'))` is `['s3://b/', 's3://b/wh/']`
 */
export function ancestorPrefixes(location: Location): string[] {
  if (location.key === '') return []
  const prefixes = [`${location.scheme}://${location.bucket}/`]
  const segments = location.key.replace(/\/$/, '').split('/')
  for (const segment of segments.slice(0, -1)) prefixes.push(`${prefixes.at(-1) ?? ''}${segment}/`)
  return prefixes
}

/**
 * Returns whether `child` is equal to `parent` or inside `parent`. Whole path segments are compared: `s3://b/t1` does
 * not contain `s3://b/t10`.
 */
export function contains(parent: Location, child: Location): boolean {
  return canonicalPrefix(child).startsWith(canonicalPrefix(parent))
}

/** Returns whether one of the two locations contains the other. */
export function overlaps(a: Location, b: Location): boolean {
  return contains(a, b) || contains(b, a)
}
