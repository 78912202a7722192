import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { type FoundManifest, listManifests } from './find-manifest.ts'
import { missingBranch } from './find-version.ts'

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
  target: Target,
  { branch, descending, after, size }: VersionsPage,
  signal: AbortSignal,
): Promise<ListedVersions> {
  const { warehouse, relation } = target
  const location = branchLocation(relation.location, branch ?? null)
  const found: FoundManifest[] = []
  let isNewestFirst = true
  let count = 0
  for await (const manifest of listManifests(warehouse.storage, location, signal)) {
    count += 1
    isNewestFirst &&= manifest.scheme === 'V2'
    if (after !== null && (descending ? manifest.version >= after : manifest.version <= after)) continue
    found.push(manifest)
    // In the naming scheme V2, the storage lists the latest version first, so the page is already complete.
    if (descending && isNewestFirst && found.length > size) break
  }
  if (count === 0 && branch !== undefined) throw missingBranch(target, branch)
  found.sort((a, b) => (descending ? b.version - a.version : a.version - b.version))
  return { versions: found.slice(0, size), hasMore: found.length > size }
}
