import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Int64 } from '@headgate/json'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { type FoundManifest, latestOf, listManifests } from './find-manifest.ts'
import { missingBranch } from './find-version.ts'
import { visibleIn } from './hidden-versions.ts'
import { listBranches } from './list-branches.ts'
import { listTags } from './tags.ts'

/** Range of versions. A negative end includes all versions up to the latest one. */
export interface VersionRange {
  /** First version of the range. */
  readonly start: Int64
  /** Version after the range. */
  readonly end: Int64
}

/** Maximum number of versions that one request deletes. */
const maxDeleted = 10_000

/**
 * Selects the versions of a branch that a request deletes. A range without an end leaves out the latest version.
 *
 * @throws HeadgateError `invalid-table-state` when a selected version is the latest one, or a tag or branch refers to it
 */
export async function planDeletion(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Target,
  branch: string | null,
  ranges: readonly VersionRange[],
  signal: AbortSignal,
): Promise<readonly FoundManifest[]> {
  const { warehouse, relation, identifier } = target
  const keepVisible = visibleIn(deps, target, branch)
  const listed: FoundManifest[] = []
  for await (const manifest of listManifests(
    warehouse.storage,
    branchLocation(relation.location, branch),
    signal,
  ))
    listed.push(manifest)
  const visible = await keepVisible(listed)
  if (visible.length === 0 && branch !== null) throw missingBranch(target, branch)
  const latest = latestOf(visible)?.version ?? 0
  const selected = visible.filter(({ version }) =>
    ranges.some(({ start, end }) => version >= start && (end < 0 ? version < latest : version < end)),
  )
  const used = await findUsed(target, branch, signal)
  for (const { version } of selected) {
    const reason = version === latest ? 'it is the latest version' : used.get(version)
    if (reason === undefined) continue
    throw new HeadgateError(
      'invalid-table-state',
      `Version ${version} of table ${formatIdentifier(identifier)} cannot be deleted, because ${reason}. Leave it out of the ranges.`,
    )
  }
  if (selected.length > maxDeleted)
    throw new HeadgateError(
      'bad-request',
      `The ranges contain ${selected.length} versions, and one request deletes at most ${maxDeleted}. Send several requests.`,
    )
  return selected
}

/** Returns the versions that tags and branches refer to, each with the reason that an error states. */
async function findUsed(
  target: Target,
  branch: string | null,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, string>> {
  const [tags, branches] = await Promise.all([listTags(target, signal), listBranches(target, signal)])
  return new Map([
    ...tags
      .filter((tag) => tag.branch === branch)
      .map(({ version, name }) => [version, `the tag ${name} names it`] as const),
    ...branches
      .filter(({ parentBranch }) => parentBranch === branch)
      .map(({ parentVersion, name }) => [parentVersion, `the branch ${name} begins at it`] as const),
  ])
}
