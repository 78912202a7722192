import { HeadgateError } from '@headgate/errors'
import { formatIdentifier } from '@headgate/iceberg/rest'
import type { Int64 } from '@headgate/json'
import type { CatalogDeps } from '../deps.ts'
import type { Target } from '../target.ts'
import { branchLocation } from './branch-location.ts'
import { findManifest, type FoundManifest } from './find-manifest.ts'
import { findLatestVersion, visibleIn } from './hidden-versions.ts'
import { readTag } from './tags.ts'

/**
 * Version of a Lance table that a request names: by a tag, or by a version number on a branch. Without
 * members, the latest version of the main branch.
 */
export interface NamedVersion {
  readonly version?: Int64 | undefined
  readonly branch?: string | undefined
  readonly tag?: string | undefined
}

/**
 * Finds the manifest of the version that a request names.
 *
 * @returns null when the request names no version and no version of the declared table was written yet
 * @throws HeadgateError `no-such-version`, `no-such-branch`, `no-such-tag`; `bad-request` when the request
 *   names both a tag and a version or branch
 */
export async function findVersion(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Target,
  { version, branch, tag }: NamedVersion,
  signal: AbortSignal,
): Promise<FoundManifest | null> {
  if (tag !== undefined) {
    if (version !== undefined || branch !== undefined)
      throw new HeadgateError(
        'bad-request',
        'A request may name a tag, or a version and a branch, but not both.',
      )
    return await requireVersion(deps, target, await readTag(target, tag, signal), signal)
  }
  if (version !== undefined)
    return await requireVersion(deps, target, { version, branch: branch ?? null }, signal)
  const found = await findLatestVersion(deps, target, branch ?? null, signal)
  if (found === null && branch !== undefined) throw missingBranch(target, branch)
  return found
}

/**
 * Finds the manifest of one version of a branch.
 *
 * @throws HeadgateError `no-such-version` when the version does not exist
 */
export async function requireVersion(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Target,
  { version, branch }: { readonly version: Int64; readonly branch: string | null },
  signal: AbortSignal,
): Promise<FoundManifest> {
  const { warehouse, relation, identifier } = target
  const location = branchLocation(relation.location, branch)
  if (typeof version === 'number' && version > 0) {
    const keepVisible = visibleIn(deps, target, branch)
    const manifest = await findManifest(warehouse.storage, location, version, signal)
    const [found] = manifest === null ? [] : await keepVisible([manifest])
    if (found !== undefined) return found
  }
  const where = branch === null ? '' : ` on the branch ${branch}`
  throw new HeadgateError(
    'no-such-version',
    `Table ${formatIdentifier(identifier)} has no version ${version}${where}.`,
  )
}

/**
 * Finds the manifest of the version that a request names. Unlike `findVersion`, fails when the table was only
 * declared.
 *
 * @throws HeadgateError of `findVersion`; `no-such-version` when no version was written
 */
export async function requireWritten(
  deps: Pick<CatalogDeps, 'sql'>,
  target: Target,
  named: NamedVersion,
  signal: AbortSignal,
): Promise<FoundManifest> {
  const found = await findVersion(deps, target, named, signal)
  if (found !== null) return found
  throw new HeadgateError(
    'no-such-version',
    `Table ${formatIdentifier(target.identifier)} was declared, but no version of it was written.`,
  )
}

export function missingBranch({ identifier }: Pick<Target, 'identifier'>, branch: string): HeadgateError {
  return new HeadgateError('no-such-branch', `Table ${formatIdentifier(identifier)} has no branch ${branch}.`)
}
