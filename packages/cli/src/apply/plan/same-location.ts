/**
 * Returns whether two texts are the same location. Slashes at the end do not matter, and `s3a://` equals `s3://`,
 * because the server stores some locations in such a form.
 */
export function sameLocation(one: string, other: string): boolean {
  return normalize(one) === normalize(other)
}

function normalize(location: string): string {
  return withoutEndSlash(location).replace(/^s3a:/, 's3:')
}

/** Removes slashes at the end of a location, except those of the scheme, as in `file:///`. */
export function withoutEndSlash(location: string): string {
  return location.replace(/(?<=[^/:])\/+$/, '')
}
