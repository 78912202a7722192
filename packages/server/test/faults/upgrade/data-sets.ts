/** A data set that an earlier version of the server wrote, stored in `data-sets/<version>.json`. */
export interface DataSet {
  /**
   * Release that wrote the data set, or `before-` and the next release when an unreleased version wrote it.
   */
  readonly version: string
  /** True when the data set contains names and overlapping locations that releases refuse. */
  readonly unchecked: boolean
}

/** The data sets, oldest first. Each release adds one (CONTRIBUTING.md, Releases). */
export const dataSets: readonly DataSet[] = [{ version: 'before-0.1.0', unchecked: true }]

export function findDataSet(version: string | undefined): DataSet {
  const found = dataSets.find((each) => each.version === version)
  if (found !== undefined) return found
  const known = dataSets.map((each) => each.version).join(', ')
  throw new Error(`Unknown data set ${version}: add it to data-sets.ts, or choose one of: ${known}.`)
}

/** Returns the releases of a changelog, except the newest, that have no data set. */
export function findMissingReleases(changelog: string): string[] {
  const releases = [...changelog.matchAll(/^## (\d\S*) - /gm)].map(([, version = '']) => version)
  return releases.slice(1).filter((version) => !dataSets.some((each) => each.version === version))
}
