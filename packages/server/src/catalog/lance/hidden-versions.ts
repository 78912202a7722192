import { listOpenVersions } from '../../store/lance-versions.ts'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { findLatestManifest, type FoundManifest, type KeepVisible } from './find-manifest.ts'

/**
 * Returns a function that leaves out hidden versions of a branch: of batches that are not committed, and deleted ones.
 * Call it before the storage is read, and the returned function afterwards: the record of a hidden version exists before
 * its manifest, and is kept for some time after the manifest was removed.
 */
export function visibleIn(
  { sql }: Pick<CatalogDeps, 'sql'>,
  { relation }: Pick<Target, 'relation'>,
  branch: string | null,
): KeepVisible {
  const beganAt = performance.now()
  return async (manifests) => {
    const open = await listOpenVersions(sql, relation.id)
    if (open.length === 0) return manifests
    const seconds = (performance.now() - beganAt) / 1000
    // The listing does not contain a version whose manifest was removed before the listing began. If the listing
    // contains its number, another commit has created the version again, so it is visible.
    const hidden = open.filter(
      (each) => each.branch === (branch ?? '') && (each.state !== 'removed' || each.age <= seconds),
    )
    const numbers = new Set(hidden.map(({ version }) => version))
    return manifests.filter(({ version }) => !numbers.has(version))
  }
}

/** Finds the manifest of the latest visible version of a table or branch. Null: it has none. */
export async function findLatestVersion(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Pick<Target, 'relation' | 'warehouse'>,
  branch: string | null,
  signal: AbortSignal,
): Promise<FoundManifest | null> {
  const { warehouse, relation } = target
  const location = branchLocation(relation.location, branch)
  return await findLatestManifest(warehouse.storage, location, signal, visibleIn(deps, target, branch))
}
