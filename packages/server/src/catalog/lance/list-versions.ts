import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { type FoundManifest, listManifests } from './find-manifest.ts'
import { missingBranch } from './find-version.ts'

/** Requested page of a list of versions. */
export interface VersionsPage {
  readonly branch: string | undefined
  /** True: the latest version is the first. */
  readonly descending: boolean
  /** Version after which the page begins. Null: the first page. */
  readonly after: number | null
  readonly size: number
}

/** Versions of one page, and whether there are more. */
export interface ListedVersions {
  readonly versions: readonly FoundManifest[]
  readonly hasMore: boolean
}

/**
 * Lists the versions of a branch of a Lance table from the manifests in the storage.
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
    // The files of the naming scheme V2 are listed from the latest version down, so the page is complete.
    if (descending && isNewestFirst && found.length > size) break
  }
  if (count === 0 && branch !== undefined) throw missingBranch(target, branch)
  found.sort((a, b) => (descending ? b.version - a.version : a.version - b.version))
  return { versions: found.slice(0, size), hasMore: found.length > size }
}
