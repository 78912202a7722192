import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { type FoundManifest, listManifests } from './find-manifest.ts'
import { missingBranch } from './find-version.ts'
import { visibleIn } from './hidden-versions.ts'

/** Requested page of a list of versions. */
export interface VersionsPage {
  readonly branch: string | undefined
  /** True to list the latest version first, false for the oldest. */
  readonly descending: boolean
  /** Version number after which the page begins. Null for the first page. */
  readonly after: number | null
  readonly size: number
}

/** One page of versions, and whether more versions follow. */
export interface ListedVersions {
  readonly versions: readonly FoundManifest[]
  readonly hasMore: boolean
}

/**
 * Lists the versions of a branch of a Lance table, from the manifests in the storage.
 *
 * @throws HeadgateError `no-such-branch`
 */
export async function listVersions(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Target,
  { branch, descending, after, size }: VersionsPage,
  signal: AbortSignal,
): Promise<ListedVersions> {
  const { warehouse, relation } = target
  const location = branchLocation(relation.location, branch ?? null)
  const keepVisible = visibleIn(deps, target, branch ?? null)
  let found: FoundManifest[] = []
  let listed: FoundManifest[] = []
  let isNewestFirst = true
  let count = 0
  for await (const manifest of listManifests(warehouse.storage, location, signal)) {
    count += 1
    isNewestFirst &&= manifest.scheme === 'V2'
    if (after !== null && (descending ? manifest.version >= after : manifest.version <= after)) continue
    listed.push(manifest)
    // If all manifests so far have the naming scheme V2, they are listed from the latest version down. A descending
    // page is then complete as soon as it has enough visible versions. Otherwise the loop reads the whole listing. Each
    // query for hidden versions covers more than a page of them, because a deletion can hide thousands.
    if (!descending || !isNewestFirst || listed.length <= size) continue
    found = [...found, ...(await keepVisible(listed))]
    listed = []
    if (found.length > size) break
  }
  if (count === 0 && branch !== undefined) throw missingBranch(target, branch)
  if (listed.length > 0) found = [...found, ...(await keepVisible(listed))]
  found.sort((a, b) => (descending ? b.version - a.version : a.version - b.version))
  return { versions: found.slice(0, size), hasMore: found.length > size }
}
