/** Returns whether two texts are the same location. The server stores some of them with a slash at the end. */
export function sameLocation(one: string, other: string): boolean {
  return withoutEndSlash(one) === withoutEndSlash(other)
}

/** Removes slashes at the end, except those of a scheme. */
export function withoutEndSlash(location: string): string {
  return location.replace(/(?<=[^/:])\/+$/, '')
}
