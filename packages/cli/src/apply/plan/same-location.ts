/**
 * Returns whether two texts are the same location. The server stores some of them with a slash at the end, and `s3a://` as
 * `s3://`.
 */
export function sameLocation(one: string, other: string): boolean {
  return normalize(one) === normalize(other)
}

function normalize(location: string): string {
  return withoutEndSlash(location).replace(/^s3a:/, 's3:')
}

/** Removes slashes at the end, except those of a scheme. */
export function withoutEndSlash(location: string): string {
  return location.replace(/(?<=[^/:])\/+$/, '')
}
