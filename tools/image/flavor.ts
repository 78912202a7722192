/** Name of an image: `server` needs an external PostgreSQL, `trial` contains a PostgreSQL. */
export type Flavor = 'server' | 'trial'

export const flavors: readonly Flavor[] = ['server', 'trial']

/** Returns the tag of an image. */
export function toTag(version: string, flavor: Flavor): string {
  return flavor === 'server' ? version : `${version}-trial`
}
