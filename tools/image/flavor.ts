/** Kind of image: `server` needs an external PostgreSQL, and `trial` contains a PostgreSQL. */
export type Flavor = 'server' | 'trial'

export const flavors: readonly Flavor[] = ['server', 'trial']

/** Returns the tag of an image, such as `1.2.0-trial`. */
export function toTag(version: string, flavor: Flavor): string {
  return flavor === 'server' ? version : `${version}-trial`
}
