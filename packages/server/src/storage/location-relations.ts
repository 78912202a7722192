import type { Location } from './location.ts'

/** The location's canonical form ending in `/`: a prefix of everything inside it and of no sibling. */
export function canonicalPrefix(location: Location): string {
  return location.canonical.endsWith('/') ? location.canonical : `${location.canonical}/`
}

/**
 * The canonical prefixes of all places around a location, outermost first, without its own.
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

/** True when `child` is `parent` or lies in it, by whole path segments: `s3://b/t1` does not contain `s3://b/t10`. */
export function contains(parent: Location, child: Location): boolean {
  return canonicalPrefix(child).startsWith(canonicalPrefix(parent))
}

/** True when one of the two contains the other. */
export function overlaps(a: Location, b: Location): boolean {
  return contains(a, b) || contains(b, a)
}
